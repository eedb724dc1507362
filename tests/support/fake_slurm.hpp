// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <estima/slurm/slurm_target.hpp>
#include <estima/system/json.hpp>

#include "http_server.hpp"

namespace estima_test {

/// Answers like slurmrestd of Slurm 22.05, as far as faults of the way to it are to be tried. Jobs wait until told
/// otherwise.
class fake_slurm {
public:
    /// What is done to a request instead of answering it; with nothing it is answered. Set it before the first request.
    std::function<std::optional<reply>(seen_request const&)> instead{};
    /// What becomes of the answer to a submission that was taken.
    std::function<reply(reply const&)> after_submission{};

    std::string url() const { return server_.url(); }
    std::vector<seen_request> seen() const { return server_.seen(); }
    void hold() { server_.hold(); }
    std::size_t count(std::string const& method, std::string const& part = "") const {
        std::size_t found = 0;
        for (seen_request const& one : seen())
            found += one.method == method && one.path.find(part) != std::string::npos ? 1u : 0u;
        return found;
    }
    estima::slurm_target target() const {
        estima::slurm_target t;
        t.url = url();
        t.user = "me";
        t.token_variable = "ESTIMA_TEST_TOKEN";
        t.proxy = "none";
        t.patience_seconds = 20;
        return t;
    }

    int add(std::string const& comment) {
        std::scoped_lock const lock{mutex_};
        int const id = static_cast<int>(jobs_.size()) + 1;
        jobs_.push_back(
            {{"job_id", id}, {"array_job_id", 0}, {"comment", comment}, {"job_state", "PENDING"}, {"user_name", "me"}});
        return id;
    }
    void set(int id, char const* member, estima::json const& value) {
        std::scoped_lock const lock{mutex_};
        jobs_[static_cast<std::size_t>(id) - 1][member] = value;
    }
    void forget_all() {
        std::scoped_lock const lock{mutex_};
        are_forgotten_ = true;
    }
    std::vector<estima::json> jobs() const {
        std::scoped_lock const lock{mutex_};
        return are_forgotten_ ? std::vector<estima::json>{} : jobs_;
    }

private:
    static reply say(int status, estima::json body) {
        body["meta"] = {{"Slurm", {{"release", "22.05.8"}}}};
        if (!body.contains("errors")) body["errors"] = estima::json::array();
        return answer(status, body.dump());
    }

    reply respond(seen_request const& r) {
        if (instead)
            if (auto other = instead(r)) return *other;
        std::string const base = "/slurm/v0.0.38";
        if (r.path == "/openapi/v3") return answer(200, R"({"paths": {"/slurm/v0.0.38/jobs": {}}})");
        if (r.path == base + "/ping") return say(200, {{"pings", {{{"ping", "UP"}}}}});
        if (r.method == "POST" && r.path == base + "/job/submit") {
            reply const told = say(200, {{"job_id", add(estima::json::parse(r.body)["job"].value("comment", ""))}});
            return after_submission ? after_submission(told) : told;
        }
        if (r.path == base + "/jobs") return say(200, {{"jobs", jobs()}});
        if (r.path.starts_with(base + "/job/")) {
            auto const id = static_cast<std::size_t>(std::atoi(r.path.c_str() + base.size() + 5));
            if (id >= 1 && id <= jobs().size()) {
                if (r.method == "DELETE") set(static_cast<int>(id), "job_state", "CANCELLED");
                return say(200, {{"jobs", {jobs()[id - 1]}}});
            }
            return say(500, {{"errors", {{{"error_number", 2017}, {"error", "Invalid job id specified"}}}},
                             {"jobs", estima::json::array()}});
        }
        return answer(404, "Unable find requested URL.");
    }

    mutable std::mutex mutex_{};
    std::vector<estima::json> jobs_{};
    bool are_forgotten_ = false;
    http_server server_{[this](seen_request const& r) { return respond(r); }};
};

}  // namespace estima_test
