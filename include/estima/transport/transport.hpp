// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/base/registration.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// A job for a compute target, before there is a run.
struct target_request {
    std::filesystem::path workspace;
    run_configuration const& configuration;
    json given{};                      ///< the target's settings, where the program gives them itself; else null
    std::filesystem::path targets{};   ///< the file with settings of targets, as targets_file takes it
    std::string launcher{}, mpirun{};  ///< as submit_options has them; prepare() may put paths in their place
    bool is_typed = false;             ///< it comes from an estimator: `target` is what its compute target tells
    int gpus_per_node = 0;             ///< that the estimator's compute target tells of; 0: nothing
};

/// A run that is complete on the disk and is to be started.
struct submission {
    run_directory run;
    run_configuration configuration;
    json settings;         ///< what prepare() gave, and target.json holds
    file_descriptor lock;  ///< the run's lock, held by this process
    std::string launcher, mpirun;
};

/// A way to have runs worked on: a kind of compute target. docs/transports.md shows how to write one. Its functions are
/// called by any thread of any program that sees the run's folder, also by ones that did not submit it: what they need
/// stands there.
class transport {
public:
    transport() = default;
    transport(transport const&) = delete;
    transport& operator=(transport const&) = delete;
    virtual ~transport() = default;

    /// As compute_target_facts::kind: "slurm".
    virtual std::string_view kind() const noexcept = 0;

    /// Checks what can be checked before there is a run, and throws what is wrong. Returns the settings that the run
    /// keeps in target.json, with "kind" in them; null: none.
    virtual json prepare(target_request& request) const = 0;

    /// For plan(), which does nothing: the text of what submit would send elsewhere, from what prepare() made of the
    /// request; and in `launch`, which is as on this machine, how the processes are started there.
    virtual std::string tell_plan(target_request const&, json const& settings, run_directory const&,
                                  launch_settings& launch) const {
        (void)settings, (void)launch;
        return "";
    }

    /// Has the run worked on: by `estima-launch supervise`, wherever it is started. Throws if it cannot be.
    virtual void submit(submission& one) const = 0;
    /// Several at once; what went wrong with each, in their order, nothing where it is started.
    virtual std::vector<std::unique_ptr<error>> submit_all(std::span<submission> all) const {
        std::vector<std::unique_ptr<error>> failures(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            try {
                submit(all[i]);
            } catch (error const& e) {
                failures[i] = std::make_unique<error>(e);
            }
        }
        return failures;
    }

    /// The state: writes into the run's journal what is known of it elsewhere and does not stand there yet, above all
    /// the end of a run whose supervisor cannot tell it any more. True if something was written. EST-301 if the journal
    /// cannot be.
    virtual bool look(run_directory const& run) const = 0;
    /// The same of several. One that cannot be written to keeps none of the others from being looked at.
    virtual bool look_at(std::span<run_directory const> runs) const {
        bool wrote = false;
        for (run_directory const& run : runs) {
            try {
                wrote = look(run) || wrote;
            } catch (error const&) {  // it stays as it is told
            }
        }
        return wrote;
    }

    /// While what it returns lives, news are written into the journal as they come. Null where look() has to be called
    /// from time to time.
    virtual std::shared_ptr<void> watch(run_directory const&) const { return nullptr; }

    /// The journal says CancelRequested: for runs whose supervisor does not read it, or is not there yet.
    virtual void cancel(run_directory const&) const {}

    /// Brings what the run has printed and logged so far into its folder, where the supervisor writes elsewhere.
    virtual void bring_logs(run_directory const&) const {}
    /// The same for all its files.
    virtual void fetch(run_directory const&) const {}

    /// Other hosts write the journal, where this host's kernel may not see it: who waits has to look at the file.
    virtual bool is_written_elsewhere() const noexcept { return false; }
};

/// Makes a transport known to the program. Its header has one: `inline transport_registration<my_transport> const
/// my_transport_is_there;`
template <class Transport>
using transport_registration = detail::registration<transport, Transport>;

/// The transport to targets of a kind; null: this program knows none.
inline transport const* find_transport(std::string_view target_kind) {
    for (transport const* const one : detail::known_of<transport>())
        if (one->kind() == target_kind) return one;
    return nullptr;
}

namespace detail {
/// Of a run that this program does not know the transport of: nothing is done but by its supervisor, nothing concluded.
class unknown_transport final : public transport {
public:
    std::string_view kind() const noexcept override { return ""; }
    json prepare(target_request&) const override { return {}; }
    void submit(submission&) const override {}
    bool look(run_directory const&) const override { return false; }
    bool is_written_elsewhere() const noexcept override { return true; }
};
}  // namespace detail

/// What a run keeps of its target's settings; null if it keeps none, or they cannot be read.
inline json settings_of(run_directory const& run) {
    std::filesystem::path const file = run.path / "target.json";
    if (::access(file.c_str(), F_OK) != 0) return {};
    json settings = json::parse(read_file(file), nullptr, false);
    return settings.is_object() ? settings : json{};
}

/// The transport of a run that was submitted, by the kind that its target.json tells.
inline transport const& transport_of(run_directory const& run) {
    static detail::unknown_transport const unknown;
    json const settings = settings_of(run);
    auto const kind = settings.is_object() ? settings.find("kind") : settings.end();
    bool const tells = settings.is_object() && kind != settings.end() && kind->is_string();
    transport const* const found = find_transport(tells ? kind->get<std::string>() : "local");
    return found != nullptr ? *found : unknown;
}

}  // namespace estima::inline v0_1
