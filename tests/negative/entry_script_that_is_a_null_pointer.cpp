// SPDX-License-Identifier: BSL-1.0
// expect-error: (with Other = std::nullptr_t\]|'(std::)?nullptr_t' to '(estima::)?text_field' invokes a deleted)
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.entry_script = "train.py"}};
#else
estima::estimator<> const job{{.entry_script = nullptr}};
#endif
