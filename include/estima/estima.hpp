// SPDX-License-Identifier: BSL-1.0
#pragma once

/// Everything: describe a job, submit it, watch its run, register its model. A program that only describes jobs needs
/// no more than <estima/estimator.hpp>.
#include <estima/estimator.hpp>
#include <estima/history/terminal_metrics.hpp>
#include <estima/workspace/metric_histories.hpp>
#include <estima/workspace/plan.hpp>
#include <estima/workspace/workspace.hpp>
