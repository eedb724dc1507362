// SPDX-License-Identifier: BSL-1.0
#pragma once

/// For the tests of those who extend the library (docs/extending.md).
#include <estima/laws/compute_target_laws.hpp>
#include <estima/laws/distribution_backend_laws.hpp>
#include <estima/laws/environment_laws.hpp>
#include <estima/laws/framework_laws.hpp>
#include <estima/laws/rule_laws.hpp>
