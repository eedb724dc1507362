// SPDX-License-Identifier: BSL-1.0
// expect-error: (deleted function|use of deleted function|deleted).*operator (basic_string|std::string|std::__cxx11::basic_string)
#include <estima/base/secret.hpp>

estima::secret const password{"swordfish"};

#ifdef POSITIVE_CONTROL
std::string const text{password.reveal()};
#else
std::string const text = password;
#endif
