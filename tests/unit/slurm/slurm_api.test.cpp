// SPDX-License-Identifier: BSL-1.0
// What each version of Slurm's REST API is told and tells. Answers of v0.0.38 are recorded from Slurm 22.05; those of
// later versions are written by their descriptions (Slurm 23.02 to 24.11).
#include <catch2/catch.hpp>

#include <string>

#include <estima/slurm/slurm_answer.hpp>
#include <estima/slurm/slurm_api.hpp>
#include <estima/slurm/slurm_submission.hpp>

namespace {
using estima::json;
using estima::read_slurm_answer;
using estima::slurm_job;
using estima::slurm_job_request;
using judged = estima::slurm_answer::kind;

slurm_job_request request() {
    slurm_job_request r;
    r.name = "n";
    r.comment = "c";
    r.script = "#!/bin/sh\n";
    r.working_directory = "/w";
    r.environment = {{"A", "b"}, {"C", "d=e"}};
    r.nodes = 2;
    r.tasks = 4;
    r.time_limit_minutes = 30;
    r.memory_mb = 100;
    r.gres = "gpu:2,tmpdisk:5";
    r.exclusive = true;
    return r;
}
json submission_json(char const* version) {
    return estima::slurm_submission(request(), *estima::slurm_dialect_of(version));
}
estima::slurm_answer judge(int status, std::string const& body, char const* accepted = nullptr) {
    return read_slurm_answer({.status = status, .headers = {}, .body = body}, accepted);
}
slurm_job job(char const* text) { return estima::slurm_job_from_json(json::parse(text)); }
}  // namespace

TEST_CASE("the newest version that server and estima know is taken") {
    json const description =
        json::parse(R"({"paths": {"/slurm/v0.0.37/ping": {}, "/slurm/v0.0.38/ping": {}, "/slurm/v0.0.38/jobs": {},
        "/slurmdb/v0.0.41/jobs": {}, "/slurm/v0.0.99/ping": {}, "/openapi": {}}})");
    std::string const versions = estima::slurm_versions_in(description);
    CHECK(versions == "v0.0.37 v0.0.38 v0.0.99");
    CHECK(estima::newest_dialect_in(versions)->name() == "v0.0.38");
    CHECK(estima::newest_dialect_in("v0.0.36 v0.0.99") == nullptr);
    CHECK(estima::slurm_versions_in(json::parse("[1]")).empty());
    CHECK(estima::slurm_versions_in(json::parse(R"({"paths": 1})")).empty());
}

TEST_CASE("v0.0.38 is told of a job as Slurm 22.05 takes it") {
    CHECK(submission_json("v0.0.38") == json::parse(R"({"script": "#!/bin/sh\n", "job": {"name": "n", "comment": "c",
        "current_working_directory": "/w", "environment": {"A": "b", "C": "d=e"}, "nodes": "2", "tasks": 4,
        "time_limit": 30,
        "memory_per_node": 100, "gres": "gpu:2,tmpdisk:5", "exclusive": "exclusive", "no_requeue": true}})"));
    CHECK(submission_json("v0.0.37") == submission_json("v0.0.38"));
}

TEST_CASE("v0.0.39 is told of a job as Slurm 23.02 describes it") {
    CHECK(submission_json("v0.0.39") == json::parse(R"({"script": "#!/bin/sh\n", "job": {"name": "n", "comment": "c",
        "current_working_directory": "/w", "environment": ["A=b", "C=d=e"], "minimum_nodes": 2, "maximum_nodes": 2,
        "tasks": 4,
        "time_limit": 30, "memory_per_node": 100, "tres_per_node": "gres:gpu:2,gres:tmpdisk:5", "exclusive": ["true"],
        "requeue": false}})"));
}

TEST_CASE("v0.0.40 and later are told of a job as Slurm 23.11 and later describe it") {
    for (char const* const version : {"v0.0.40", "v0.0.41", "v0.0.42"})
        CHECK(submission_json(version) == json::parse(R"({"job": {"script": "#!/bin/sh\n", "name": "n", "comment": "c",
            "current_working_directory": "/w", "environment": ["A=b", "C=d=e"], "minimum_nodes": 2,
            "maximum_nodes": 2, "tasks": 4,
            "time_limit": {"set": true, "infinite": false, "number": 30},
            "memory_per_node": {"set": true, "infinite": false, "number": 100},
            "tres_per_node": "gres/gpu:2,gres/tmpdisk:5", "shared": ["none"], "requeue": false}})"));
}

TEST_CASE("Slurm refuses a job without variables, so that there is always one") {
    slurm_job_request r;
    for (estima::slurm_dialect const& d : estima::slurm_dialects)
        CHECK_FALSE(estima::slurm_submission(r, d)["job"]["environment"].empty());
}

TEST_CASE("a job is read from the answers of all versions") {
    slurm_job const old = job(R"({"array_job_id": 0, "array_task_id": null, "array_task_string": "", "batch_host": "n1",
        "comment": "estima x1", "end_time": 1795899801, "exit_code": 768, "job_id": 1, "job_state": "FAILED",
        "name": "x", "nodes": "n1",
        "node_count": 1, "partition": "main", "restart_cnt": 0, "start_time": 1795899800, "state_description": "",
        "state_reason": "NonZeroExitCode", "submit_time": 1795899799, "time_limit": null, "user_name": "root",
        "account": "",
        "standard_output": "/dev/null"})");
    slurm_job const now = job(R"({"array_job_id": {"set": true, "infinite": false, "number": 0},
        "array_task_id": {"set": false, "infinite": false, "number": 0}, "array_task_string": "", "batch_host": "n1",
        "comment": "estima x1",
        "end_time": {"set": true, "infinite": false, "number": 1795899801},
        "exit_code": {"status": ["ERROR"], "return_code": {"set": true, "infinite": false, "number": 3},
                      "signal": {"id": {"set": false, "infinite": false, "number": 0}, "name": ""}},
        "job_id": 1, "job_state": ["FAILED"], "name": "x", "nodes": "n1", "node_count": {"set": true,
        "infinite": false, "number": 1},
        "partition": "main", "restart_cnt": 0, "start_time": {"set": true, "infinite": false, "number": 1795899800},
        "state_description": "", "state_reason": "NonZeroExitCode", "submit_time": {"set": true, "infinite": false,
        "number": 1795899799},
        "time_limit": {"set": false, "infinite": true, "number": 0}, "user_name": "root", "account": "",
        "standard_output": "/dev/null"})");
    CHECK(old == now);
    CHECK(old.exit_code == 3);
    CHECK(old.is_over());
    CHECK(job(R"({"job_id": 2, "exit_code": 15})").signal == 15);
    CHECK(job(R"({"exit_code": {"status": "SIGNALED", "return_code": 0, "signal": {"signal_id": 9, "name": "KILL"}}})")
              .signal == 9);
    CHECK(job(R"({"exit_code": {"signal": {"id": {"set": true, "infinite": false, "number": 9}}}})").signal == 9);
    CHECK_FALSE(job(R"({"job_state": ["COMPLETED", "COMPLETING"]})").is_over());
    CHECK_FALSE(job(R"({"job_state": ["PREEMPTED", "REQUEUED"]})").is_over());
    for (char const* const end : {"TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "CANCELLED"})
        CHECK(estima::slurm_job_from_json({{"job_state", end}}).is_over());
    slurm_job const task = job(R"({"job_id": 6, "array_job_id": 2, "array_task_id": 3})");
    CHECK(task.array_id == 2);
    CHECK(task.array_task == 3);
    // Other types than any version has are no reason to fall over.
    CHECK(
        job(R"({"job_id": "1", "job_state": 5, "exit_code": "x", "time_limit": {"set": 1, "number": "5"}, "name": 3,
        "nodes": null})") ==
        slurm_job{});
}

TEST_CASE("answers are judged by what Slurm says, not by their status alone") {
    // Recorded from Slurm 22.05.
    CHECK(judge(401, "Authentication failure").what == judged::token);
    CHECK(judge(404, "Unable find requested URL. Please view /openapi/v3 for API reference.").what == judged::refused);
    CHECK(judge(500, R"({"meta": {}, "errors": [{"description": "Failed while looking for jobs", "error_number": -1,
        "error": "Unspecified error", "source": "slurm_load_jobs"}], "jobs": []})")
              .what == judged::away);
    CHECK(
        judge(500, R"({"errors": [{"error_code": 5005, "error": "Zero Bytes were transmitted or received"}]})").what ==
        judged::away);
    CHECK(
        judge(
            500,
            R"j({"errors": [{"error_code": 1800, "error": "Unable to contact slurm controller (connect failure)"}]})j")
            .what == judged::away);
    CHECK(judge(500, R"({"errors": [{"error_number": 2020, "error": "Job can not be altered now, try again later"}]})")
              .what == judged::away);
    auto const unknown = judge(500, R"({"errors": [{"description": "Unable to find JobId=99", "error_number": 2017,
        "error": "Invalid job id specified", "source": "slurm_load_job"}], "jobs": []})");
    CHECK(unknown.what == judged::refused);
    CHECK(unknown.has_fault(2017));
    CHECK(unknown.words == "Unable to find JobId=99: Invalid job id specified (2017)");
    CHECK(
        judge(
            400,
            R"({"errors": [{"description": "Unknown key \"bogus\""}, {"error_code": 9001,
            "error": "Failure during parsing"}]})")
            .what == judged::refused);
    auto const taken = judge(
        200,
        R"({"meta": {}, "errors": [{"error_code": 2015,
        "error": "Requested partition configuration not available now"}],
        "job_id": 3, "step_id": "BATCH", "job_submit_user_msg": ""})",
        "job_id");
    CHECK(taken.what == judged::good);
    CHECK(taken.faults.size() == 1);
    CHECK(judge(304, "").is_unchanged);
    // By the descriptions of later versions.
    CHECK(
        judge(
            200,
            R"({"meta": {}, "errors": [], "warnings": [{"description": "No job changes since update_time=5"}],
            "jobs": []})")
            .is_unchanged);
    CHECK(judge(500,
                R"({"errors": [{"error_number": 1007, "error": "Protocol authentication error", "description": "x"}]})")
              .what == judged::token);
    // What stands in between.
    CHECK(judge(200, "<html>please log in</html>").what == judged::unclear);
    CHECK(judge(502, "<html>bad gateway</html>").what == judged::unclear);
    CHECK(judge(200, R"({"meta": {}, "jobs": [{"job_id": 1)").what == judged::unclear);
    CHECK(judge(200, "").what == judged::unclear);
    CHECK(judge(200, R"({"hello": "world"})").what == judged::unclear);
    CHECK(judge(429, "slow down").what == judged::away);
    CHECK(judge(503, R"({"meta": {}})").what == judged::away);
}

TEST_CASE("of each job only what is looked at is kept") {
    json const body = judge(200, R"({"meta": {"Slurm": {"release": "22.05.8", "version": {"major": 22}}}, "errors": [],
        "jobs": [{"job_id": 1, "name": "a", "job_resources": {"nodes": "n1", "job_id": 5}, "flags": ["X"]},
        {"job_id": 2}]})")
                          .body;
    CHECK(body["jobs"] == json::parse(R"([{"job_id": 1, "name": "a"}, {"job_id": 2}])"));
    CHECK(body["meta"]["Slurm"]["version"]["major"] == 22);
}
