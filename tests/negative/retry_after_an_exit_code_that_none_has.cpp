// SPDX-License-Identifier: BSL-1.0
// expect-error: est<71>.*a_retry_after_what_cannot_happen.*name_an_exit_code
#include <estima/estimator.hpp>

template <int Code>
using hosts = estima::ssh_hosts<estima::retries<3, estima::cause::node_failure, estima::cause::exit_code(Code)>>;

#ifdef POSITIVE_CONTROL
using job = estima::estimator<hosts<75>>;
#else
using job = estima::estimator<hosts<0>>;
#endif
