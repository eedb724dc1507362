// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <estima/slurm/slurm_client.hpp>
#include <estima/slurm/slurm_job.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/slurm/slurm_watches.hpp>

namespace estima::inline v0_1 {

/// Asks one slurmrestd for the states of all jobs that this process waits for, in one request: never more than one a
/// second, whatever the number of jobs; soon after something happened, slower the longer nothing does. There is a
/// thread, and there are requests, only while a job is watched.
class slurm_poll {
    struct core;
    struct owner;

public:
    /// Ends the watch when it is destroyed. Then no call of its listener runs any more, unless that is who destroys it.
    class watch {
    public:
        watch() = default;
        watch(watch&&) noexcept = default;
        watch& operator=(watch&& other) noexcept {
            end();
            owner_ = std::move(other.owner_);
            one_ = std::move(other.one_);
            return *this;
        }
        ~watch() { end(); }
        void end() {
            if (one_ == nullptr) return;
            owner_->shared->watches.remove(std::exchange(one_, nullptr));
            owner_->shared->wake();
            owner_.reset();
        }

    private:
        friend class slurm_poll;
        std::shared_ptr<owner> owner_{};
        std::shared_ptr<detail::slurm_watched> one_{};
    };
    /// Called on the poll's thread, one call at a time; must not block, and may end watches. Exceptions of it are
    /// dropped.
    using listener = std::function<void(slurm_news const&)>;

    explicit slurm_poll(slurm_target const& target) : owner_{std::make_shared<owner>(target)} {}

    /// That of this process for the server and user of a target.
    static std::shared_ptr<slurm_poll> of(slurm_target const& target) {
        static std::mutex mutex;
        static std::map<std::string, std::weak_ptr<slurm_poll>> all;
        std::scoped_lock const lock{mutex};
        auto& known = all[target.url + "\n" + target.user + "\n" + target.token_file + "\n" + target.token_variable];
        std::shared_ptr<slurm_poll> poll = known.lock();
        if (poll == nullptr) known = poll = std::make_shared<slurm_poll>(target);
        return poll;
    }

    /// Watches the job of that id, or a task of an array. The last news is a job that is over, or `gone`.
    [[nodiscard]] watch watch_job(std::int64_t id, listener tell, int array_task = -1) {
        watch made;
        made.owner_ = owner_;
        made.one_ = std::make_shared<detail::slurm_watched>();
        made.one_->id = id;
        made.one_->task = array_task;
        made.one_->tell = std::move(tell);
        owner_->shared->watches.add(made.one_);
        owner_->start();
        look_soon();
        return made;
    }

    /// Waits until the job is over (then it is given), or `gone` (nothing), or the seconds have passed (as it was
    /// last).
    std::optional<slurm_job> wait(std::int64_t id, double seconds, int array_task = -1) {
        std::mutex mutex;
        std::condition_variable told;
        std::optional<slurm_job> last;
        bool is_over = false;
        watch const waiting = watch_job(
            id,
            [&](slurm_news const& news) {
                std::scoped_lock const lock{mutex};
                if (news.what == slurm_news::kind::state) last = news.job;
                if (news.what == slurm_news::kind::gone && !is_over) last.reset();
                is_over = news.what == slurm_news::kind::gone || (last && last->is_over());
                told.notify_one();
            },
            array_task);
        std::unique_lock lock{mutex};
        told.wait_for(lock, std::chrono::duration<double>{seconds}, [&] { return is_over; });
        return last;
    }

    /// Something happened that the poll should look at soon: a job was submitted or canceled, or its journal says so.
    void look_soon() {
        core& c = *owner_->shared;
        c.last_event = back_off::now();
        c.wake();
    }

    std::uint64_t requests() const noexcept { return owner_->shared->requests; }

private:
    /// What the thread works on; it may outlive those who wait, by the end of its request.
    struct core {
        explicit core(slurm_target const& t) : target{t} {
            target.patience_seconds = 0;  // the poll itself is patient
            target.poll_seconds = std::max(1.0, target.poll_seconds);
        }

        slurm_target target;
        detail::slurm_watches watches{};
        std::atomic<double> last_event{back_off::now()};
        std::atomic<std::uint64_t> requests{0};
        std::mutex mutex{};
        std::condition_variable_any changed{};
        std::uint64_t wakes = 0;  // guarded by mutex, as the next two
        bool is_running = false;
        double last_request = 0;

        void wake() {
            std::scoped_lock const lock{mutex};
            ++wakes;
            changed.notify_all();
        }

        /// A tenth of the time since something happened: what is told late is late by that much at most.
        double interval() const {
            return std::clamp(0.1 * (back_off::now() - last_event), target.poll_seconds,
                              std::max(target.poll_seconds, target.slowest_poll_seconds));
        }

        void run(std::stop_token const& stop) {
            slurm_client client{target, stop};
            client.set_least_distance(target.poll_seconds, last_request);
            std::uint64_t const before = requests;
            double failing_since = 0;
            bool is_away = false;
            for (int failures = 0;;) {
                std::vector<detail::slurm_watches::pointer> const asked_for = watches.all();
                if (!asked_for.empty()) {
                    try {
                        std::vector<slurm_job> const jobs = ask(client, asked_for);
                        failures = 0;
                        if (std::exchange(is_away, false))
                            watches.tell_all({.what = slurm_news::kind::back, .job = {}, .why = {}});
                        if (watches.take(jobs, asked_for, back_off::now())) last_event = back_off::now();
                    } catch (std::exception const& e) {
                        if (failures++ == 0) failing_since = back_off::now();
                        auto const* const known = dynamic_cast<error const*>(&e);
                        std::string const id = known != nullptr ? known->id() : "";
                        bool const may_pass = id == "EST-740" || id == "EST-741" || id == "EST-749" || id == "EST-750";
                        bool const is_long = !may_pass || back_off::now() - failing_since >= target.unreachable_seconds;
                        if (is_long && !stop.stop_requested() && !std::exchange(is_away, true))
                            watches.tell_all({.what = slurm_news::kind::away, .job = {}, .why = e.what()});
                    }
                }
                requests = before + client.requests();
                std::unique_lock lock{mutex};
                last_request = client.last_request();
                if (watches.all().empty() || stop.stop_requested()) {
                    is_running = false;
                    return;
                }
                double const longest = failures == 0 ? 1e9
                                                     : std::min(target.poll_seconds * (1 << std::min(failures, 10)),
                                                                target.slowest_poll_seconds);
                rest(lock, stop, failures > 0, longest);
            }
        }

        /// Until the next request: nobody wakes it earlier than a second after the last, nor while the server is away.
        void rest(std::unique_lock<std::mutex>& lock, std::stop_token const& stop, bool is_failing, double longest) {
            for (;;) {
                double const wait = last_request + (is_failing ? longest : interval()) - back_off::now();
                if (wait <= 0 || stop.stop_requested() || watches.all().empty()) return;
                changed.wait_for(lock, stop, std::chrono::duration<double>{wait},
                                 [this, seen = wakes] { return wakes != seen; });
            }
        }

        /// One job is asked for by its id: what a server answers then is not all jobs of the cluster.
        std::vector<slurm_job> ask(slurm_client& client,
                                   std::vector<detail::slurm_watches::pointer> const& asked_for) const {
            std::int64_t const id = asked_for.front()->id;
            if (std::all_of(asked_for.begin(), asked_for.end(), [id](auto const& one) { return one->id == id; }))
                return client.job(id);
            return client.jobs().value_or(std::vector<slurm_job>{});
        }
    };

    /// The thread, which ends with the last of those who hold this.
    struct owner {
        explicit owner(slurm_target const& target) : shared{std::make_shared<core>(target)} {}
        owner(owner const&) = delete;
        owner& operator=(owner const&) = delete;
        ~owner() {
            thread.request_stop();
            // A listener may have let go of the last one.
            if (thread.joinable() && thread.get_id() == std::this_thread::get_id()) thread.detach();
        }

        void start() {
            std::scoped_lock const starting_lock{starting};
            {
                std::scoped_lock const lock{shared->mutex};
                if (std::exchange(shared->is_running, true)) return;
            }
            // A thread that has ended is joined here.
            thread = std::jthread{[c = shared](std::stop_token const& stop) { c->run(stop); }};
        }

        std::shared_ptr<core> shared;
        std::mutex starting{};
        std::jthread thread{};
    };

    std::shared_ptr<owner> owner_;
};

}  // namespace estima::inline v0_1
