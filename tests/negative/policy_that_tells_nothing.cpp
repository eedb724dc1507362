// SPDX-License-Identifier: BSL-1.0
// expect-error: est<1>.*an_argument_that_is_not_a_policy.*give_policies_and_put_attributes.*about<no_framework>
#include <estima/estimator.hpp>

struct no_framework {
    using slot = estima::framework_slot;
    static constexpr std::string_view backends[]{"single_process"};
#ifdef POSITIVE_CONTROL
    static constexpr void tell(estima::facts& f) { f.framework.backends = backends; }
#endif
};
estima::estimator<no_framework> const job{{.source_directory = ".", .entry_script = "train.py"}};
