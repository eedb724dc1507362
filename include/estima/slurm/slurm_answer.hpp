// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <estima/http/http_error.hpp>
#include <estima/http/http_request.hpp>
#include <estima/slurm/slurm_job.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Numbers of all versions: 5, {"set": true, "infinite": false, "number": 5}, null. `otherwise` if it is not set.
inline std::int64_t slurm_number(json const& j, char const* key, std::int64_t otherwise = 0) {
    auto const found = j.find(key);
    if (found == j.end()) return otherwise;
    if (found->is_number()) return found->get<std::int64_t>();
    auto const is_true = [&found](char const* name) {
        auto const flag = found->find(name);
        return flag != found->end() && flag->is_boolean() && flag->get<bool>();
    };
    if (!found->is_object() || !is_true("set") || is_true("infinite")) return otherwise;
    return slurm_number(*found, "number", otherwise);
}

inline std::string slurm_text(json const& j, char const* key) {
    auto const found = j.find(key);
    return found != j.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The exit code of a script: what wait() gives, or in newer versions an object.
inline void read_exit_code(json const& j, slurm_job& job) {
    auto const found = j.find("exit_code");
    if (found == j.end()) return;
    if (found->is_number_integer()) {
        int const status = found->get<int>();
        job.exit_code = WEXITSTATUS(status);
        job.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    } else if (found->is_object()) {
        job.exit_code = static_cast<int>(slurm_number(*found, "return_code"));
        if (auto const signal = found->find("signal"); signal != found->end() && signal->is_object())
            job.signal = static_cast<int>(slurm_number(*signal, signal->contains("id") ? "id" : "signal_id"));
    }
}
}  // namespace detail

/// A job as any of the known versions tells of it.
inline slurm_job slurm_job_from_json(json const& j) {
    using namespace detail;
    slurm_job job;
    job.id = slurm_number(j, "job_id");
    job.array_id = slurm_number(j, "array_job_id");
    job.array_task = job.array_id == 0 ? -1 : static_cast<int>(slurm_number(j, "array_task_id", -1));
    job.array_tasks = slurm_text(j, "array_task_string");
    job.name = slurm_text(j, "name");
    job.comment = slurm_text(j, "comment");
    job.user = slurm_text(j, "user_name");
    job.partition = slurm_text(j, "partition");
    job.account = slurm_text(j, "account");
    if (auto const state = j.find("job_state"); state != j.end()) {
        for (json const& word : state->is_array() ? *state : json::array({*state}))
            if (word.is_string()) job.states.push_back(word.get<std::string>());
    }
    job.reason = slurm_text(j, "state_reason");
    if (job.reason == "None") job.reason.clear();
    job.description = slurm_text(j, "state_description");
    read_exit_code(j, job);
    job.nodes = slurm_text(j, "nodes");
    job.first_node = slurm_text(j, "batch_host");
    job.node_count = static_cast<int>(slurm_number(j, "node_count"));
    job.submit_time = static_cast<double>(slurm_number(j, "submit_time"));
    job.start_time = static_cast<double>(slurm_number(j, "start_time"));
    job.end_time = static_cast<double>(slurm_number(j, "end_time"));
    job.time_limit_minutes = static_cast<int>(slurm_number(j, "time_limit"));
    job.restarts = static_cast<int>(slurm_number(j, "restart_cnt"));
    job.standard_output = slurm_text(j, "standard_output");
    return job;
}

/// One fault that Slurm tells of.
struct slurm_fault {
    std::int64_t number = 0;
    std::string text{};
};

/// What a slurmrestd answered, as any of the known versions writes it.
struct slurm_answer {
    enum class kind {
        good,
        refused,  ///< Slurm says no, and would again
        token,    ///< the token is not taken
        away,     ///< the controller does not answer, is busy, or (22.05 does not say which) does not take the token
        unclear,  ///< no answer of a slurmrestd: a web page, half of an answer
    } what = kind::unclear;
    int status = 0;
    json body{};
    std::vector<slurm_fault> faults{};
    std::vector<std::string> warnings{};
    bool is_unchanged = false;  ///< nothing has happened since the time that was asked for
    std::string words{};        ///< what is wrong, in Slurm's words or the server's

    bool has_fault(std::int64_t number) const {
        return std::any_of(faults.begin(), faults.end(), [number](slurm_fault const& f) { return f.number == number; });
    }
};

namespace detail {
/// Members of jobs that are looked at; the others are most of an answer.
inline bool is_job_member_read(std::string_view key) {
    constexpr std::string_view read[] = {
        "job_id",     "array_job_id", "array_task_id", "array_task_string", "name",         "comment",
        "user_name",  "partition",    "account",       "job_state",         "state_reason", "exit_code",
        "batch_host", "nodes",        "node_count",    "state_description", "submit_time",  "start_time",
        "end_time",   "time_limit",   "restart_cnt",   "standard_output"};
    return std::find(std::begin(read), std::end(read), key) != std::end(read);
}

inline json parse_slurm_body(std::string const& body) {
    bool in_jobs = false;
    return json::parse(
        body,
        [&in_jobs](int depth, json::parse_event_t event, json& parsed) {
            if (event != json::parse_event_t::key) return true;
            auto const& key = parsed.get_ref<std::string const&>();
            if (depth == 1) in_jobs = key == "jobs";
            return depth != 3 || !in_jobs || is_job_member_read(key);
        },
        false);
}

inline void read_faults(slurm_answer& a) {
    if (auto const errors = a.body.find("errors"); errors != a.body.end() && errors->is_array()) {
        for (json const& one : *errors) {
            if (!one.is_object()) continue;
            slurm_fault fault{slurm_number(one, one.contains("error_number") ? "error_number" : "error_code"),
                              slurm_text(one, "description")};
            std::string const error = slurm_text(one, "error");
            if (fault.text.empty())
                fault.text = error;
            else if (!error.empty() && error != "Unspecified error" && fault.text.find(error) == std::string::npos)
                fault.text += ": " + error;
            a.faults.push_back(std::move(fault));
        }
    }
    if (auto const warnings = a.body.find("warnings"); warnings != a.body.end() && warnings->is_array())
        for (json const& one : *warnings)
            if (one.is_object()) a.warnings.push_back(slurm_text(one, "description"));
}

/// Faults that pass: the controller is not there (1800 to 1899, 5000 to 5999 are its connection's), is just starting or
/// busy, a job is between two states.
inline bool may_pass(slurm_fault const& f) {
    constexpr std::int64_t busy[] = {2020 /* in transition */, 2052 /* disabled */, 2067 /* being saved */};
    return f.number <= 0 || (f.number >= 1000 && f.number < 2000) || (f.number >= 5000 && f.number < 6000) ||
           std::find(std::begin(busy), std::end(busy), f.number) != std::end(busy);
}

inline bool is_of_token(slurm_fault const& f) {
    return f.number == 1007 || f.text.find("uthentication") != std::string::npos;
}
}  // namespace detail

/// Judges an answer. `accepted`: a member that is there when what was asked for was done, whatever errors are told.
inline slurm_answer read_slurm_answer(http_response const& response, char const* accepted = nullptr) {
    using kind = slurm_answer::kind;
    slurm_answer a;
    a.status = response.status;
    if (response.status == 304) {
        a.what = kind::good;
        a.is_unchanged = true;
        return a;
    }
    a.body = detail::parse_slurm_body(response.body);
    a.words = "it answered " + std::to_string(response.status) + ": " + first_words(response.body);
    if (response.status == 401 || response.status == 403) {
        a.what = kind::token;
        return a;
    }
    if (response.status == 429) a.what = kind::away;
    if (!a.body.is_object()) {
        a.body = json::object();
        if (response.status == 404 || response.status == 405) a.what = kind::refused;
        return a;
    }
    detail::read_faults(a);
    if (accepted != nullptr && detail::slurm_number(a.body, accepted) > 0) {
        a.what = kind::good;
        return a;
    }
    a.is_unchanged = std::any_of(a.warnings.begin(), a.warnings.end(), [](std::string const& text) {
        return text.find("No job changes") != std::string::npos;
    });
    if (!a.faults.empty()) {
        a.words.clear();
        for (slurm_fault const& f : a.faults)
            a.words +=
                (a.words.empty() ? "" : "; ") + f.text + (f.number > 0 ? " (" + std::to_string(f.number) + ")" : "");
        a.what = std::any_of(a.faults.begin(), a.faults.end(), detail::is_of_token) ? kind::token
                 : response.status < 500 && response.status >= 400                  ? kind::refused
                 : std::all_of(a.faults.begin(), a.faults.end(), detail::may_pass)  ? kind::away
                                                                                    : kind::refused;
        return a;
    }
    bool const is_slurms = a.body.contains("meta") || a.body.contains("errors") || a.body.contains("paths");
    if (response.is_success() && is_slurms)
        a.what = kind::good;
    else if (response.status >= 400 && response.status < 500 && response.status != 429)
        a.what = kind::refused;
    else if (response.status >= 500)
        a.what = kind::away;
    return a;
}

}  // namespace estima::inline v0_1
