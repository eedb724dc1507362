// SPDX-License-Identifier: BSL-1.0
// expect-error: est<49>.*an_added_rule_that_is_no_rule.*give_it_id_remedy.*rule_list<not_a_rule>
#include <estima/estimator.hpp>

struct not_a_rule {
    static constexpr bool broken(estima::facts const&) { return false; }
};

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::slurm<estima::held_to<>>>;
#else
using job = estima::estimator<estima::slurm<estima::held_to<not_a_rule>>>;
#endif
