// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <estima/slurm/slurm_job.hpp>
#include <estima/slurm/slurm_target.hpp>

namespace estima::inline v0_1 {

/// What is told of a job that is watched.
struct slurm_news {
    enum class kind {
        state,      ///< `job` is as Slurm has it now; told first as soon as it is known, then at each change
        gone,       ///< Slurm knows it no longer: it ended some minutes ago, or never was; the last news
        away,       ///< the server has not answered for `unreachable_seconds`; `why` says more
        back,       ///< it answers again
    } what = kind::state;
    slurm_job job{};
    std::string why{};
};

/// Asks one slurmrestd for the states of all jobs that this process waits for, in one request: never more than one a second,
/// whatever the number of jobs; soon after something happened, slower the longer nothing does. There is a thread, and
/// there are requests, only while a job is watched.
class slurm_poll {
public:
    /// That of this process for the server and user of a target.
    static std::shared_ptr<slurm_poll> of(slurm_target const& target);

    /// Ends the watch when it is destroyed. Then no call of its listener runs any more, unless that is who destroys it.
    class watch;
    /// Called on the poll's thread, one call at a time; must not block, and may end watches. Exceptions of it are dropped.
    using listener = std::function<void(slurm_news const&)>;

    /// Watches the job of that id, or a task of an array. The last news is a job that is over, or `gone`.
    [[nodiscard]] watch watch_job(std::int64_t id, listener tell, int array_task = -1);

    /// Waits until the job is over (then it is given), or `gone` (nothing), or the seconds have passed (as it was last).
    std::optional<slurm_job> wait(std::int64_t id, double seconds, int array_task = -1);

    /// Something happened that the poll should look at soon: a job was submitted or canceled, or its journal says so.
    void look_soon();

    std::uint64_t requests() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;
};

class slurm_poll::watch {
public:
    watch() = default;
    watch(watch&&) noexcept;
    watch& operator=(watch&&) noexcept;
    ~watch();
    void end();

private:
    friend class slurm_poll;
    std::shared_ptr<void> ended_;
};

}  // namespace estima::inline v0_1
