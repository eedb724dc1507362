// SPDX-License-Identifier: BSL-1.0
// expect-error: est<67>.*a_vm_priority_that_there_is_not.*write_priority_low_priority
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::aml_compute<estima::vm_size<"Standard_NC6">, estima::vm_priority<estima::priority::low_priority>>>;
#else
using job = estima::estimator<estima::aml_compute<estima::vm_size<"Standard_NC6">, estima::vm_priority<"lowpriority">>>;
#endif
