// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*list_of
#include <map>
#include <string>

#include <estima/estimator.hpp>

std::map<std::string, std::string> const variables{{"A", "1"}};

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.environment_variables = {variables.begin(), variables.end()}}};
#else
estima::estimator<> const job{{.environment_variables = variables}};
#endif
