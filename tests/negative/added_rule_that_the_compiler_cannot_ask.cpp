// SPDX-License-Identifier: BSL-1.0
// expect-error: est<49>.*an_added_rule_that_is_no_rule.*give_it_id_remedy.*rule_list<slow_rule>
#include <estima/estimator.hpp>

struct buy_a_crane;
struct slow_rule {
    using id = estima::est<90>;
    using remedy = buy_a_crane;
    static constexpr std::string_view sentence = "the load is too heavy", advice = "buy a crane";
#ifdef POSITIVE_CONTROL
    static constexpr bool broken(estima::facts const&) { return false; }
#else
    static bool broken(estima::facts const&) { return false; }
#endif
};
estima::estimator<estima::slurm<estima::target_name<"c">, estima::held_to<slow_rule>>> const job{{.entry_script = "a.py"}};
