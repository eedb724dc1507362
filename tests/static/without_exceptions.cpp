// SPDX-License-Identifier: BSL-1.0
// without_exceptions.sh puts all headers that describe before this.
#include <boost/hana/adapt_struct.hpp>

#include <string_view>
#include <vector>

#ifdef __cpp_exceptions
#error "this is to be compiled with -fno-exceptions"
#endif

struct options {
    std::vector<const char*> names;
};
BOOST_HANA_ADAPT_STRUCT(options, names);

using job = estima::estimator<estima::pytorch<"1.4">, estima::mpi<estima::process_count_per_node<2>>>;

int main(int, char** argv) {
    std::string_view const what = argv[1];
    job const wrong{{.entry_script = "there_is_none.py"}};
    if (what == "check") {
        for (estima::broken_rule const& rule : estima::check(wrong))
            if (rule.id == "EST-021") return estima::explain<job>().empty() ? 1 : 0;
        return 1;
    }
    if (what == "require_valid") estima::require_valid(wrong);
    if (what == "list") static_cast<void>(estima::script_params_of(options{{"-x"}}));
    return 0;
}
