// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/parameters/describe_parameters.hpp>
#include <estima/parameters/parameter_name.hpp>
#include <estima/parameters/parameters_of.hpp>
#include <estima/parameters/script_params_of.hpp>
