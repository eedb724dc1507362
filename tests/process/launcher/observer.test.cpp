// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <estima/history/metrics.hpp>
#include <estima/tracking/run_context.hpp>

#include <support/event_bytes.hpp>
#include <support/scoped_variable.hpp>

#include "made_run.hpp"

using estima_test::made_run;
using estima_test::scoped_variable;
namespace eb = estima_test::event_bytes;

namespace {
std::string const sh = "#!/bin/sh\n";
std::string const event_version = eb::record(eb::field(1, 1.7e9) + eb::field(3, "brain.Event:2"));

estima::run_metrics metrics_of(made_run const& run) { return estima::read_metrics(run.directory.metrics()); }

std::vector<std::string> warnings_of(made_run const& run) {
    std::vector<std::string> all;
    estima::for_each_line(run.directory.journal(), [&](std::string_view text, bool) {
        auto const line = estima::json::parse(text, nullptr, false);
        if (line.is_object() && line.value("event", "") == "warning") all.push_back(line.value("message", ""));
    });
    return all;
}
}  // namespace

TEST_CASE("what a script writes for TensorBoard is seen while it runs, and all of it afterwards") {
    // The script copies prepared records, and goes on when it sees that the first ones have arrived.
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "mkdir -p logs/train\n"
                                    "cat first > logs/train/events.out.tfevents.1.host\n"
                                    "until grep -qs train/loss ../metrics/tensorboard.jsonl; do :; done\n"
                                    "echo > outputs/seen\n"
                                    "cat second >> logs/train/events.out.tfevents.1.host\n"
                                    "cat third > logs/events.out.tfevents.2.host\n"},
                  {"first", event_version + eb::scalar("loss", 0.5F, 1, 1.7e9)},
                  {"second", eb::scalar("loss", 0.25F, 2, 1.7e9 + 1)},
                  {"third", event_version + eb::tensor("accuracy", eb::field(1, std::int64_t{1}) + eb::field(5, 0.75F),
                                                       "scalars", 7, 1.7e9 + 2)}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    auto const metrics = metrics_of(run);
    REQUIRE(metrics.points("train/loss").size() == 2);
    CHECK(metrics.points("train/loss")[0].value == 0.5);
    CHECK(metrics.points("train/loss")[0].step == 1);
    CHECK(metrics.points("train/loss")[1].time == 1.7e9 + 1);
    REQUIRE(metrics.points("accuracy").size() == 1);
    CHECK(metrics.points("accuracy")[0].step == 7);
    CHECK(warnings_of(run).empty());
}

TEST_CASE("what a program could not log is told in a warning of its run") {
    // The script copies the points file of a program that logged four values, of which three were refused.
    made_run const other{made_run::native("none"), {}};
    scoped_variable const id{"ESTIMA_RUN_ID", "other"};
    scoped_variable const to{"ESTIMA_METRICS_FILE", (other.directory.metrics() / "rank_0.jsonl").string()};
    auto const logging = estima::run_context::current();
    logging.log("loss", 0.5);
    for (int i = 0; i < 3; ++i) logging.log_document("page", "text", "no JSON");
    std::string points;
    for (auto const& file : estima::metric_files(other.directory.metrics()))
        if (file.is_points) points = estima::read_file(file.path);
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "cp points \"$(dirname \"$ESTIMA_METRICS_FILE\")/rank_0.1.points\"\n"}, {"points", points}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    CHECK(metrics_of(run).points("loss").size() == 1);
    CHECK(warnings_of(run) == std::vector<std::string>{"3 of the values and uploads of the script are lost: there was "
                                                       "no room, or not the form of docs/runs.md"});
}

TEST_CASE("event files of more folders than the system is asked to watch are seen while the script runs") {
    scoped_variable const never{"ESTIMA_SAMPLE_SECONDS", "0"};
    // One after the other: what is written to a folder that is watched has all of them looked at.
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "cd logs; mkdir $(seq 1500); cd ..\n"
                                    "for i in 1 1500; do\n"
                                    "  cat first > logs/$i/x.tfevents\n"
                                    "  until grep -qs \"\\\"$i/loss\" ../metrics/tensorboard.jsonl; do read x < /proc/uptime; done\n"
                                    "done\n"},
                  {"first", event_version + eb::scalar("loss", 0.5F, 1, 1.7e9)}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    CHECK(metrics_of(run).names() == std::vector<std::string>{"1/loss", "1500/loss"});
    CHECK(warnings_of(run).empty());
}

TEST_CASE("event files that came along with the source directory are no metrics of the run") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "cat more >> logs/events.out.tfevents.1.host\n"},
                  {"logs/events.out.tfevents.1.host", event_version + eb::scalar("old", 1, 1)},
                  {"more", eb::scalar("new", 2, 1)}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    CHECK(metrics_of(run).names() == std::vector<std::string>{"new"});
}

TEST_CASE("damaged event files are told in the journal and do not make a run fail") {
    std::string damaged = eb::scalar("loss", 1, 1);
    damaged[20] ^= 1;
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "cat a > logs/a.tfevents; cat b > logs/b.tfevents; mkfifo logs/c.tfevents\n"},
                  {"a", damaged + eb::scalar("loss", 2, 2) + damaged.substr(0, 9)},
                  {"b", "no events at all, but long enough"}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    CHECK(metrics_of(run).last("loss") == 2.0);
    CHECK(warnings_of(run) ==
          std::vector<std::string>{"logs/a.tfevents: 1 damaged record was left out",
                                   "logs/a.tfevents ends in the middle of a record",
                                   "logs/b.tfevents is damaged at byte 0; what follows there could not be read"});
}

TEST_CASE("what has no tag for TensorBoard is no metric, but a warning; below a folder it has the folder's name") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "mkdir logs/train; cat a > logs/a.tfevents; cat b > logs/train/b.tfevents\n"},
                  {"a", eb::scalar("", 1, 1) + eb::scalar("loss", 2, 2) +
                            eb::tensor("", eb::field(1, std::int64_t{7}) + eb::field(8, "text"), "text", 3)},
                  {"b", eb::scalar("", 3, 1)}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    auto const metrics = metrics_of(run);
    CHECK(metrics.names() == std::vector<std::string>{"loss", "train/"});
    CHECK(metrics.lines_skipped == 0);
    CHECK(warnings_of(run) == std::vector<std::string>{"2 of the values that ./logs has for TensorBoard have no tag, "
                                                       "and were left out"});
}

TEST_CASE("images and texts for TensorBoard are kept") {
    std::string const png = "\x89PNG pixels";
    auto const no_image = [](int step) {
        return eb::event(1.7e9, step, eb::field(1, "noise") + eb::field(4, eb::field(4, "no image")));
    };
    std::string const texts = eb::field(1, std::int64_t{7}) + eb::field(8, "it \"learns\"");
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "cat a > logs/a.tfevents\n"},
                  {"a", eb::event(1.7e9, 1, eb::field(1, "digits") + eb::field(4, eb::field(4, png))) +
                            eb::event(1.7e9, 2, eb::field(1, "digits") + eb::field(4, eb::field(4, png))) +
                            eb::tensor("note", texts, "text", 3) + no_image(1) + no_image(2)}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    auto const metrics = metrics_of(run);
    CHECK(metrics.names() == std::vector<std::string>{"digits", "note"});
    CHECK(warnings_of(run) == std::vector<std::string>{"2 of the images that ./logs has for TensorBoard are no PNG, "
                                                       "JPEG, GIF or WebP images, and were left out"});
    std::vector<std::string> files = estima::names_in(run.directory.metrics() / "media");
    REQUIRE(files.size() == 1);  // the same image is there once
    CHECK(files[0].ends_with(".png"));
    CHECK(estima::read_file(run.directory.metrics() / "media" / files[0]) == png);
    CHECK(estima::read_file(run.directory.metrics() / "tensorboard.jsonl").find(R"("type":"image","value":{"path":"media/)") !=
          std::string::npos);
}

TEST_CASE("what the processes of a run use is sampled while they run") {
    scoped_variable const often{"ESTIMA_SAMPLE_SECONDS", "0.1"};
    // A child that works, so that what is below the script counts as well.
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "(while :; do :; done) &\n"
                                    "until grep -qs 'rank_0/cpu_percent.*value\":[1-9]' ../metrics/system.jsonl; do read x < /proc/uptime; done\n"
                                    "kill $!; wait $! 2>/dev/null; true\n"}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    auto const metrics = metrics_of(run);
    auto const busiest = [&](char const* name) {
        double most = 0;
        for (auto const& point : metrics.points(name)) most = std::max(most, point.value);
        return most;
    };
    CHECK(busiest("system/rank_0/cpu_percent") > 1);
    CHECK(busiest("system/rank_0/memory_bytes") > 100'000);
    CHECK(busiest("system/disk_free_bytes") > 0);
    CHECK(run.living().empty());
}

TEST_CASE("GPUs are told where nvidia-smi is, and it ends with the run") {
    // What nvidia-smi writes, by its documented options; there is no GPU where the tests run.
    estima_test::temporary_directory place;
    std::ofstream{place / "nvidia-smi"} << sh + "test \"$1 $2 $3\" = '--query-gpu=index,utilization.gpu,memory.used "
                                                "--format=csv,noheader,nounits -l' || exit 2\n"
                                                "echo '0, 37, 1024'; echo '1, [N/A], [N/A]'; echo '2, [N/A], 512'; exec tail -f /dev/null\n";
    std::filesystem::permissions(place / "nvidia-smi", std::filesystem::perms{0755});
    scoped_variable const path{"PATH", place.path().string() + ":" + estima::program_path()};
    scoped_variable const often{"ESTIMA_SAMPLE_SECONDS", "0.1"};
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", sh + "until grep -qs 'gpu_2/memory' ../metrics/system.jsonl; do read x < /proc/uptime; done\n"}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    auto const metrics = metrics_of(run);
    CHECK(metrics.last("system/gpu_0/percent") == 37.0);
    CHECK(metrics.last("system/gpu_0/memory_bytes") == 1024.0 * 1024 * 1024);
    CHECK(metrics.points("system/gpu_1/percent").empty());
    CHECK(metrics.points("system/gpu_1/memory_bytes").empty());
    CHECK(metrics.points("system/gpu_2/percent").empty());  // as of a GPU that is divided
    CHECK(metrics.last("system/gpu_2/memory_bytes") == 512.0 * 1024 * 1024);
    CHECK(run.living().empty());
    CHECK_FALSE(std::filesystem::exists(run.directory.system_logs() / "gpu.csv"));
}

TEST_CASE("no samples are taken where none are asked for") {
    scoped_variable const never{"ESTIMA_SAMPLE_SECONDS", "0"};
    made_run run{made_run::native("train.sh"), {{"train.sh", sh + "true\n"}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    CHECK_FALSE(std::filesystem::exists(run.directory.metrics() / "system.jsonl"));
}

TEST_CASE("how often samples are taken is told where it is no number, and they are taken as usual") {
    for (char const* const wrong : {"abc", "-1", "5s", "inf", "nan"}) {
        scoped_variable const often{"ESTIMA_SAMPLE_SECONDS", wrong};
        made_run run{made_run::native("train.sh"), {{"train.sh", sh + "true\n"}}};
        REQUIRE(run.run().status == estima::run_status::completed);
        CHECK(warnings_of(run) ==
              std::vector<std::string>{std::string{"ESTIMA_SAMPLE_SECONDS is \""} + wrong +
                                       "\", which is no number of seconds from 0 on: what the run used was looked at "
                                       "every 10 seconds"});
    }
    scoped_variable const often{"ESTIMA_SAMPLE_SECONDS", ""};  // says nothing
    made_run run{made_run::native("train.sh"), {{"train.sh", sh + "true\n"}}};
    REQUIRE(run.run().status == estima::run_status::completed);
    CHECK(warnings_of(run).empty());
}
