// SPDX-License-Identifier: BSL-1.0
#include <estima/transport/slurm.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <support/error_of.hpp>
#include <support/fake_slurm.hpp>
#include <support/scoped_variable.hpp>
#include <support/temporary_directory.hpp>

namespace {
using estima::run_status;
using estima_test::fake_slurm;
using estima_test::scoped_variable;

/// Runs of a workspace whose jobs a server has.
struct runs_on_slurm {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm{};
    estima_test::temporary_directory folder{};
    estima::slurm_transport const transport{};

    estima::run_directory add(std::vector<run_status> const& states, char const* job_state) {
        int const id = slurm.add("estima");
        slurm.set(id, "job_state", job_state);
        estima::run_directory const run{folder / ("runs/r_" + std::to_string(id))};
        std::filesystem::create_directories(run.system_logs());
        estima::journal::create(run.journal(), {{"event", "created"}, {"run_id", run.run_id()}});
        estima::journal log{run.journal()};
        log.append({{"event", "property"}, {"name", "slurm_job_id"}, {"value", std::to_string(id)}});
        for (run_status const s : states) REQUIRE(log.append_status(s));
        estima::replace_file(run.path / "target.json", estima::slurm_secrets::kept(slurm.target()).dump());
        return run;
    }
    void cancel(estima::run_directory const& run) const {
        REQUIRE(estima::journal{run.journal()}.append_status(run_status::cancel_requested, {{"grace_seconds", 5}}));
        transport.cancel(run);
    }
    static run_status status(estima::run_directory const& run) {
        return estima::journal{run.journal()}.record().status;
    }
    /// Requests for states of jobs.
    std::size_t questions() const { return slurm.count("GET", "/slurm/v0.0.38/job"); }
};
}  // namespace

TEST_CASE("runs that wait are taken out of the queue without a question for each") {
    runs_on_slurm all;
    std::vector<estima::run_directory> runs;
    for (int i = 0; i < 20; ++i) runs.push_back(all.add({run_status::queued}, "PENDING"));
    for (auto const& run : runs) all.cancel(run);
    for (auto const& run : runs) CHECK(all.status(run) == run_status::canceled);
    CHECK(all.slurm.count("DELETE") == 20);
    CHECK(all.questions() <= 1);
}

TEST_CASE("cancels of runs that run keep to the pace of all questions") {
    runs_on_slurm all;
    std::vector<estima::run_directory> runs;
    for (int i = 0; i < 20; ++i)
        runs.push_back(
            all.add({run_status::queued, run_status::preparing, run_status::starting, run_status::running}, "RUNNING"));
    double const begin = estima::back_off::now();
    for (auto const& run : runs) all.cancel(run);
    double const seconds = estima::back_off::now() - begin;
    for (auto const& run : runs) CHECK(all.status(run) == run_status::cancel_requested);  // its supervisor ends it
    CHECK(all.slurm.count("DELETE") == 0);
    CHECK(static_cast<double>(all.questions()) <= 1 + seconds);
}

TEST_CASE("a job that was put back into the queue and is canceled then is taken out by who looks") {
    runs_on_slurm all;
    auto const run =
        all.add({run_status::queued, run_status::preparing, run_status::starting, run_status::running}, "PENDING");
    all.cancel(run);
    CHECK(all.slurm.count("DELETE") == 1);
    double const limit = estima::back_off::now() + 20;
    while (all.status(run) != run_status::canceled && estima::back_off::now() < limit) {
        all.transport.look(run);
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    CHECK(all.status(run) == run_status::canceled);
}

TEST_CASE("a job that was submitted after the newest answer is not taken for gone") {
    runs_on_slurm all;
    auto const first = all.add({run_status::queued}, "PENDING"), second = all.add({run_status::queued}, "PENDING");
    std::vector<estima::run_directory> const both{first, second};
    all.transport.look_at(both);  // asks for all
    REQUIRE(all.questions() == 1);
    auto const third = all.add({run_status::queued}, "PENDING");
    all.transport.look(third);
    CHECK(all.questions() == 1);
    CHECK(all.status(third) == run_status::queued);
}

TEST_CASE("runs whose jobs are not known by number keep to the pace, too") {
    runs_on_slurm all;
    std::vector<estima::run_directory> runs;
    for (int i = 0; i < 10; ++i) {
        estima::run_directory const run{all.folder / ("runs/lost_" + std::to_string(i))};
        std::filesystem::create_directories(run.system_logs());
        estima::journal::create(run.journal(),
                                {{"event", "created"}, {"run_id", run.run_id()}, {"host", estima::host_name()}});
        estima::json settings = estima::slurm_secrets::kept(all.slurm.target());
        settings["job"] = {{"comment", "estima " + run.run_id()}, {"task", -1}};
        estima::replace_file(run.path / "target.json", settings.dump());
        if (i % 2 == 0) all.slurm.add("estima " + run.run_id());
        runs.push_back(run);
    }
    double const begin = estima::back_off::now();
    auto const settled = [&] {
        std::size_t count = 0;
        for (auto const& run : runs) {
            estima::run_record const r = estima::journal{run.journal()}.record();
            count += r.status == run_status::failed || r.properties.count("slurm_job_id") == 1;
        }
        return count;
    };
    while (settled() < runs.size() && estima::back_off::now() < begin + 30) {
        all.transport.look_at(runs);
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    CHECK(settled() == runs.size());
    CHECK(static_cast<double>(all.questions()) <= 2 + (estima::back_off::now() - begin));
    CHECK(estima::journal{runs[0].journal()}.record().properties.count("slurm_job_id") == 1);
    CHECK(estima::journal{runs[1].journal()}.record().status == run_status::failed);
}

TEST_CASE("a question that fails counts, from its end") {
    estima::slurm_pace& pace = estima::slurm_pace::of("http://fails");
    REQUIRE(pace.may_ask());
    double ended = 0;
    try {
        estima::slurm_pace::question const asking{pace};
        std::this_thread::sleep_for(std::chrono::milliseconds{300});  // as long as it takes to fail
        ended = estima::back_off::now();
        throw 5;
    } catch (int) {
    }
    double const waits = pace.wait();
    CHECK(waits + (estima::back_off::now() - ended) > 0.999);  // however late this thread comes to ask
}

TEST_CASE("a run keeps neither the command that prints tokens nor a proxy's password, and finds them again") {
    runs_on_slurm all;
    estima::slurm_target target = all.slurm.target();
    target.user = "somebody";
    target.token_command = "print-token --secret 0pen";
    target.proxy = "http://me:0pen@127.0.0.1:3128";
    estima::json const kept = estima::slurm_secrets::kept(target);
    CHECK(kept.dump().find("0pen") == std::string::npos);
    estima::run_directory const run{all.folder / "runs/r"};
    estima::slurm_target const read = estima::slurm_target_from_json(kept, "target.json");
    CHECK(estima::slurm_secrets::whole(read, run) == target);  // by who was given it

    target.user = "other";  // of which this program knows nothing yet
    estima::json other = to_json(target);
    other["token_command"] = other["proxy"] = "";
    scoped_variable const no_file{"ESTIMA_TARGETS", std::nullopt};
    auto const found = [&] {
        return estima::slurm_secrets::whole(estima::slurm_target_from_json(other, "target.json"), run);
    };
    auto const has_targets = [&](estima::json const& targets) {
        std::ofstream{all.folder / "targets.json"} << targets.dump();
    };
    CHECK(found().token_command.empty());  // there is no file yet
    estima::slurm_target neighbour = target;
    neighbour.token_variable += "_OF_ANOTHER";
    neighbour.token_command = "print-another";
    estima::json const wrong{{"kind", "slurm"}, {"url", target.url}, {"no_such_setting", 1}};
    has_targets({{"bad", 3}, {"a_wrong_one", wrong}, {"another", to_json(neighbour)}});
    CHECK(found().token_command == "print-another");  // of the same server and user
    has_targets({{"bad", 3}, {"a_wrong_one", wrong}});
    CHECK(found().token_command.empty());
    has_targets({{"bad", 3}, {"a_wrong_one", wrong}, {"gpu", to_json(target)}});
    CHECK(found() == target);
    target.user = other["user"] = neighbour.user = "fourth";
    has_targets({{"a_neighbour", to_json(neighbour)}, {"gpu", to_json(target)}});
    CHECK(found() == target);

    estima::slurm_target plain = all.slurm.target();
    plain.proxy = "http://127.0.0.1:3128";
    CHECK(estima::slurm_secrets::kept(plain) == to_json(plain));
}

TEST_CASE("errors about tokens name what to do, and no command") {
    scoped_variable const none{"SLURM_JWT", std::nullopt};
    auto const said = [](estima::slurm_target const& t) {
        return estima_test::error_of([&] { estima::slurm_token{t}.get(); });
    };
    std::string text = said({.url = "http://x", .token_file = "/nowhere/token"});
    CHECK(text.find("EST-301") != std::string::npos);
    CHECK(text.find("scontrol token") != std::string::npos);
    text = said({.url = "http://x", .token_command = "echo 0pen; exit 3"});
    CHECK(text.find("EST-746") != std::string::npos);
    CHECK(text.find("exit code 3") != std::string::npos);
    CHECK(text.find("0pen") == std::string::npos);
    CHECK(said({.url = "http://x", .token_file = "/nowhere/token", .token_command = "echo SLURM_JWT=a.b.c"}).empty());
    CHECK(estima_test::error_of([] {
              estima::slurm_target_from_json({{"url", "http://me:0pen@head:6820"}}, "targets.json");
          }).find("EST-721") != std::string::npos);
}
