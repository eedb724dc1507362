// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include <estima/http/back_off.hpp>

namespace estima::inline v0_1 {

/// Of this process, for one server: questions for the states of jobs are a second apart, whoever asks. From the answer
/// to one to the next: on their way there questions are not equally quick, and the server is to get no more than one a
/// second.
class slurm_pace {
public:
    static slurm_pace& of(std::string const& url) {
        static std::mutex mutex;
        static std::map<std::string, slurm_pace> all;
        std::scoped_lock const lock{mutex};
        return all[url];
    }

    /// Whether one may be asked now; then it counts as asked.
    bool may_ask() {
        std::scoped_lock const lock{mutex_};
        double const now = back_off::now();
        if (now - last_ < 1) return false;
        last_ = now;
        return true;
    }
    /// A question that may be asked, for as long as it is on its way: the next one waits a second from its end, also
    /// from that of one that failed.
    class question {
    public:
        explicit question(slurm_pace& of) : pace_{of} {}
        question(question const&) = delete;
        question& operator=(question const&) = delete;
        ~question() { pace_.answered(); }

    private:
        slurm_pace& pace_;
    };
    /// Seconds until one may be asked.
    double wait() const {
        std::scoped_lock const lock{mutex_};
        return std::max(0.0, last_ + 1 - back_off::now());
    }

private:
    void answered() {
        std::scoped_lock const lock{mutex_};
        last_ = back_off::now();
    }

    mutable std::mutex mutex_{};
    double last_ = -1;
};

}  // namespace estima::inline v0_1
