// SPDX-License-Identifier: BSL-1.0
// expect-error: (with Other = estima::v0_1::secret\]|'(estima::)?secret' to '(estima::)?text_field' invokes a deleted)
#include <estima/base/secret.hpp>
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.display_name = "a"}};
#else
estima::estimator<> const job{{.display_name = estima::secret{"a"}}};
#endif
