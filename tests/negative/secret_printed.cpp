// SPDX-License-Identifier: BSL-1.0
// expect-error: a secret is not printed
#include <estima/base/secret.hpp>

#include <iostream>

estima::secret const password{"swordfish"};

#ifdef POSITIVE_CONTROL
void print() { std::cout << password.reveal(); }
#else
void print() { std::cout << password; }
#endif
