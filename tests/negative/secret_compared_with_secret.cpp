// SPDX-License-Identifier: BSL-1.0
// expect-error: (overload resolution selected deleted operator|use of deleted function).*==
#include <estima/base/secret.hpp>

estima::secret const password{"swordfish"};

#ifdef POSITIVE_CONTROL
bool const same = password.reveal() == estima::secret{"x"}.reveal();
#else
bool const same = password == estima::secret{"x"};
#endif
