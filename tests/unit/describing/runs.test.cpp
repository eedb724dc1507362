// SPDX-License-Identifier: BSL-1.0
// The examples of docs/runs.md: what stands between two lines with -8<- is shown there.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include <estima/estima.hpp>
#include <estima/tracking/upload_file.hpp>
#include <support/scoped_variable.hpp>
#include <support/temporary_directory.hpp>

namespace {
using digits_job = estima::estimator<estima::scikit_learn<>>;
using namespace estima::literals;

// Compiled, and not called: the same is done with real runs in tests/process and examples/.
void submit_and_wait(digits_job const& job) {
    // -8<- runs_submit
    auto workspace = estima::workspace::open();
    estima::run run = workspace.experiment("digits").submit(job);
    // -8<-

    // -8<- runs_wait
    run.wait_for_completion({.show_output = true});
    // -8<-

    // -8<- runs_failed
    try {
        run.wait_for_completion({.timeout = 2_h});
    } catch (estima::run_failed const& e) {
        estima::run_error const& cause = e.cause();
        std::cerr << cause.id << ": " << cause.message << ", rank " << cause.rank.value_or(0) << '\n';
        for (std::string const& line : cause.stderr_tail) std::cerr << "    " << line << '\n';
    }
    // -8<-

    // -8<- runs_metrics
    estima::run_metrics metrics = run.get_metrics();
    metrics.last("loss");  // std::optional<double>
    for (auto const& p : metrics.points("loss")) std::cout << p.step.value_or(0) << ' ' << p.value << '\n';
    estima::print_metrics_table(std::cout, metrics);
    estima::print_metric_plot(std::cout, metrics.points("loss"));
    // -8<-

    estima::run const other = run;
    // -8<- runs_metric_history
    std::vector<estima::metric_point> history = run.get_metric_history("loss", {.max_points = 200, .first_step = 1000});
    // Several runs at once, by their ids.
    auto histories = estima::metric_histories({run, other}, "loss");
    // Each number as it is logged, until the run is over.
    run.wait_for_completion({.on_metric = [](std::string const& name, estima::metric_point const& p) {
        std::cout << name << ' ' << p.step.value_or(0) << ' ' << p.value << '\n';
    }});
    // -8<-

    // -8<- runs_download
    run.download_file("outputs/model.pkl", "model.pkl");
    run.download_files("outputs/plots", "there", {.on_progress = [](estima::download_progress const& p) {
        std::cout << p.files << " of " << p.total_files << " files, " << 100 * p.bytes / (p.total_bytes + 1) << " %\n";
    }});
    // -8<-

    // -8<- runs_models
    auto model = run.register_model({.name = "digits", .path = "outputs/model.pkl", .tags = {{"stage", "test"}}});
    workspace.model("digits").download("deploy");  // the newest version; model("digits", 3) for one of them
    model.set_alias("champion");
    workspace.model("digits", "champion").tag("reviewed by", "x");
    // -8<-
    static_assert(std::is_same_v<decltype(model), estima::model>);
}

void upload_while_it_runs() {
    // -8<- runs_upload
    auto const run = estima::run_context::current();
    std::ofstream{"outputs/epoch_3.txt"} << "weights";
    upload_file(run, "outputs/epoch_3.txt");               // what the script wrote to ./outputs
    upload_file(run, "best/model.pkl", "/tmp/model.pkl");  // a file from elsewhere, copied to ./outputs/best/model.pkl
    upload_folder(run, "plots", "/tmp/plots");             // and all below a folder
    // -8<-
}
[[maybe_unused]] void (*const uploaded)() = upload_while_it_runs;
[[maybe_unused]] void (*const submitted_and_waited)(digits_job const&) = submit_and_wait;
}  // namespace

TEST_CASE("runs: a plan tells whether submit would start the job, and prints where it is told to") {
    estima_test::temporary_directory const folder;
    estima_test::scoped_variable const workspace{"ESTIMA_WORKSPACE", (folder / "workspace").string()};
    digits_job const job{{.source_directory = folder.path() / "missing", .entry_script = "train.py"}};
    // -8<- runs_plan
    std::ostringstream text;
    bool const would_start = estima::plan(job, {.output = &text});
    // -8<-
    CHECK_FALSE(would_start);
    CHECK_FALSE(std::filesystem::exists(folder / "workspace"));
    CHECK(text.str().find("# submit refuses it: [EST-020]") != std::string::npos);
}
