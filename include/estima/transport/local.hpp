// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <utility>

#include <estima/launcher/bury.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/transport/start_supervisor.hpp>
#include <estima/transport/transport.hpp>

namespace estima::inline v0_1 {

/// Runs whose supervisor works on the machine that submits them. It reads the journal and brings all files by itself.
class supervisor_transport : public transport {
public:
    void submit(submission& one) const override {
        start_supervisor(one.run, std::move(one.lock), one.launcher, one.mpirun);
    }
    bool look(run_directory const& run) const override { return bury_if_dead(run); }
};

/// This machine.
class local_transport final : public supervisor_transport {
public:
    std::string_view kind() const noexcept override { return "local"; }
    /// EST-400, EST-401: a program is missing.
    json prepare(target_request& request) const override {
        request.launcher = find_launcher(request.launcher);
        request.mpirun = needs_mpirun(request.configuration) ? find_mpirun(request.mpirun) : "";
        return {};
    }
};

inline transport_registration<local_transport> const local_transport_is_there{};

}  // namespace estima::inline v0_1
