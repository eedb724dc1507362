// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/system/files.hpp>

/// Run directories and records as a supervisor would have them, for the tests of the page.
namespace estima_test {

struct sample_run {
    estima::run_directory directory;
    estima::run_record record;
};

inline constexpr double sample_start = 1700000000;

inline std::string metric(std::string const& name, estima::json const& value, int step) {
    return estima::json{{"name", name}, {"value", value}, {"step", step}, {"time", sample_start + step}}.dump() + "\n";
}

inline sample_run new_sample(std::filesystem::path const& workspace, std::string const& run_id) {
    sample_run run{{workspace / "runs" / run_id}, {}};
    for (auto const& folder :
         {run.directory.metrics(), run.directory.system_logs(), run.directory.outputs(), run.directory.logs()})
        estima::make_directories(folder);
    estima::run_record& r = run.record;
    r.run_id = run_id;
    r.experiment = "digits";
    r.target = "local";
    r.host = "workstation";
    r.user = "ada";
    r.created = sample_start;
    r.source_directory = "/home/ada/digits";
    r.snapshot_id = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    r.properties = {{"azureml.git.repository_uri", "https://example.org/ada/digits.git"},
                    {"mlflow.source.git.repoURL", "https://example.org/ada/digits.git"},
                    {"azureml.git.branch", "main"},
                    {"mlflow.source.git.branch", "main"},
                    {"azureml.git.commit", "2c26b46b68ffc68ff99b453c1d30413413422d70"},
                    {"mlflow.source.git.commit", "2c26b46b68ffc68ff99b453c1d30413413422d70"},
                    {"azureml.git.dirty", "True"}};
    return run;
}

inline void enter(sample_run& run, std::vector<std::pair<estima::run_status, double>> const& statuses) {
    for (auto const& [status, after] : statuses) {
        run.record.status = status;
        run.record.status_changes.push_back({status, run.record.created + after});
    }
}

inline void configure(sample_run const& run, estima::run_configuration const& configuration) {
    estima::replace_file(run.directory.run_configuration(), estima::to_json(configuration).dump());
}

/// Completed: three metrics as curves, two as numbers, a table, outputs and a model.
inline sample_run completed_sample(std::filesystem::path const& workspace) {
    using enum estima::run_status;
    sample_run run = new_sample(workspace, "digits_1700000000_c0ffee01");
    run.record.display_name = "logistic regression, C = 0.8";
    run.record.tags = {{"dataset", "load_digits"}, {"purpose", "baseline"}};
    enter(run, {{not_started, 0},
                {preparing, 0.012},
                {starting, 0.021},
                {running, 0.034},
                {finalizing, 74.2},
                {completed, 74.215}});
    run.record.ranks = {{.rank = 0,
                         .host = "workstation",
                         .start_time = sample_start,
                         .ended = true,
                         .exit_code = 0,
                         .wall_seconds = 74.1,
                         .user_seconds = 70.2,
                         .system_seconds = 1.9,
                         .peak_memory_bytes = 412'000'000}};
    run.record.artifacts = {
        {"outputs/model.pkl", 183'204, "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"},
        {"outputs/figures/confusion matrix.png", 48'113,
         "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}};
    run.record.models = {{"digits-classifier", 3, "outputs/model.pkl"}};
    configure(
        run,
        {.script = "train.py",
         .arguments = {"--data-folder", "/data/digits", "--regularization", "0.8", "--epochs=120", "--verbose"},
         .environment = {.environment_variables = {{"OMP_NUM_THREADS", "2"}}, .python = {true, "/usr/bin/python3"}}});
    std::string lines;
    for (int i = 0; i < 120; ++i) {
        double const wobble = std::sin(i * 1.7) * 0.02;
        lines += metric("loss", 2.3 * std::exp(-i / 22.0) + 0.08 + wobble * std::exp(-i / 60.0), i);
        lines += metric("accuracy", 0.97 - 0.85 * std::exp(-i / 18.0) + wobble / 4, i);
        lines += metric("learning_rate", 1e-3 * std::pow(0.5, i / 30), i);
    }
    lines += metric("test_accuracy", 0.9644, 120) + metric("support_vectors", 1797, 120);
    for (char const* digit : {"zero", "one", "two"})
        lines += metric("per_class", {{"digit", digit}, {"precision", 0.98}, {"recall", 0.9613}}, 120);
    estima::replace_file(run.directory.metrics_file(0), lines);
    estima::replace_file(run.directory.rank_stdout(0),
                         "loading /data/digits: 1797 samples, 64 features\nepoch   0  loss 2.3800\n"
                         "epoch 119  loss 0.0903\ntest accuracy 0.9644\nwrote outputs/model.pkl\n");
    return run;
}

/// Running: three ranks, one metric with a gap, logs with colours and a progress bar.
inline sample_run running_sample(std::filesystem::path const& workspace) {
    using enum estima::run_status;
    sample_run run = new_sample(workspace, "digits_1700000100_c0ffee02");
    run.record.created = estima::epoch_seconds() - 94;
    enter(run, {{not_started, 0}, {preparing, 0.01}, {starting, 0.02}, {running, 0.31}});
    configure(run, {.script = "train.py",
                    .arguments = {"--epochs", "40", "--resume", ""},
                    .framework = "PyTorch",
                    .communicator = "Gloo",
                    .environment = {.environment_variables = {}, .python = {true, "/usr/bin/python3"}},
                    .pytorch = {"Gloo", 3}});
    for (int rank = 0; rank < 3; ++rank) {
        run.record.ranks.push_back({.rank = rank, .host = "workstation", .start_time = run.record.created + 0.31});
        std::string lines;
        for (int i = 0; i < 2500; ++i) {
            double const y = 1.2 * std::exp(-i / 900.0) + 0.06 * std::sin(i * 0.9 + rank) + 0.1 * rank;
            lines += metric("train/loss", i > 900 && i < 1100 ? estima::json("NaN") : estima::json(y), i);
            if (i % 250 == 0) lines += metric("samples_per_second", 41000 + 900 * rank + i, i);
        }
        lines += "{\"name\":\"train/loss\",\"val";
        estima::replace_file(run.directory.metrics_file(rank), lines);
        estima::replace_file(
            run.directory.rank_stdout(rank),
            "rank " + std::to_string(rank) + " of 3\n\x1B[32mepoch 1\x1B[0m done\n  10%\r  55%\r  70%");
    }
    return run;
}

/// Failed: rank 1 of 3 was killed while the others waited.
inline sample_run failed_sample(std::filesystem::path const& workspace) {
    using enum estima::run_status;
    sample_run run = new_sample(workspace, "mpi-test_1700000200_c0ffee03");
    run.record.experiment = "mpi-test";
    run.record.display_name = "mpi-test on 3 ranks";
    run.record.warnings = {"3 processes share 2 cores"};
    enter(run, {{not_started, 0}, {preparing, 0.01}, {starting, 0.02}, {running, 0.3}, {failed, 3.9}});
    configure(run, {.script = "train_mpi",
                    .arguments = {"--seed", "-7"},
                    .framework = "Native",
                    .communicator = "Mpi",
                    .max_run_duration_seconds = 5400,
                    .mpi = {3}});
    std::vector<std::string> const tail{
        "[workstation:4711] *** Process received signal ***", "[workstation:4711] Signal: Segmentation fault (11)",
        "[workstation:4711] Signal code: Address not mapped (1)",
        "[workstation:4711] [ 0] /lib/x86_64-linux-gnu/libc.so.6(+0x3c050)[0x7f2a5be5b050]",
        "[workstation:4711] [ 1] ./train_mpi(_ZN5train9gradients7computeERKNS_5batchE+0x1f4)[0x55d1c0a41bb4]"};
    run.record.error =
        estima::run_error{"EST-421", "rank 1 of 3 was ended by SIGSEGV", 1, "workstation", {}, "SIGSEGV", tail};
    for (int rank = 0; rank < 3; ++rank) {
        estima::rank_record r{.rank = rank, .host = "workstation", .start_time = sample_start + 0.3, .ended = true};
        r.signal = rank == 1 ? "SIGSEGV" : "SIGTERM";
        r.ended_on_request = rank != 1;
        r.wall_seconds = 3.4 + 0.1 * rank;
        r.user_seconds = 2.9;
        r.peak_memory_bytes = 88'000'000;
        run.record.ranks.push_back(r);
        estima::replace_file(run.directory.rank_stdout(rank), "rank " + std::to_string(rank) + ": 20000 images\n");
    }
    std::string text;
    for (std::string const& line : tail) text += line + "\n";
    estima::replace_file(run.directory.rank_stderr(1), text);
    estima::replace_file(run.directory.mpirun_log(),
                         "mpirun noticed that process rank 1 with PID 4711 exited on signal 11.\n");
    std::string lines;
    for (int i = 0; i < 9; ++i) lines += metric("loss", 0.7 - 0.02 * i, i);
    estima::replace_file(run.directory.metrics_file(0), lines);
    return run;
}

/// Texts that try to become part of the page.
inline std::vector<std::string> hostile_texts() {
    std::string every_byte;
    for (int c = 1; c < 256; ++c) every_byte += static_cast<char>(c);
    return {"<script>document.title='evil'</script>",
            "\"><img src=x onerror=evil()>",
            "' onmouseover='evil()' x='",
            "</title></style></pre></svg></textarea><evil>",
            "<!--<evil>--><![CDATA[<evil>]]>",
            "&lt;evil&gt;&#60;evil&#62;&#x3c;evil",
            "javascript:evil()",
            "\xE2\x80\xAE gnp.exe \xE2\x80\xAC",
            "\x1B]0;evil\a\x1B[31mred\x1B[0m",
            "\xC0\xBC"
            "evil\xC0\xBE",
            std::string{"nul\0evil", 8},
            every_byte,
            "a\r\nb\rc",
            "{{evil}} ${evil} %3Cevil%3E",
            std::string(100'000, 'x'),
            "<evil " + std::string(3000, '<')};
}

/// A run in which everything that a script or a user can choose is hostile.
inline sample_run hostile_sample(std::filesystem::path const& workspace) {
    using enum estima::run_status;
    sample_run run = new_sample(workspace, "hostile_1700000300_c0ffee04");
    enter(run, {{not_started, 0}, {running, 0.3}, {failed, 3.9}});
    estima::run_record& r = run.record;
    estima::run_configuration configuration{.script = hostile_texts()[0],
                                            .max_run_duration_seconds = 9'000'000'000'000'000'000};
    std::string all, lines, valued, rows;
    int i = 0;
    for (std::string const& text : hostile_texts()) {
        std::string const id = std::to_string(i++);
        all += text + "\n";
        r.display_name = r.experiment = r.host = r.user = r.target = r.source_directory = r.snapshot_id =
            hostile_texts()[static_cast<std::size_t>(i % 3)];
        r.tags[text] = text;
        r.properties[text] = text;
        r.warnings.push_back(text);
        r.artifacts.push_back({"outputs/" + text, 1, text});
        r.artifacts.push_back({text, 1, ""});
        r.models.push_back({text, i, text});
        r.ranks.push_back({.rank = i, .host = text, .ended = true, .signal = text});
        configuration.arguments.push_back("--" + text);
        configuration.arguments.push_back(text);
        configuration.environment.environment_variables[text] = text;
        std::string const dumped = estima::json(text).dump(-1, ' ', false, estima::json::error_handler_t::replace);
        for (int step = 0; step < 3; ++step)
            lines += "{\"name\":" + dumped + ",\"value\":" + std::to_string(step * i) +
                     ",\"step\":" + std::to_string(step) + "}\n";
        valued += "{\"name\":\"single" + id + "\",\"value\":" + dumped + "}\n";
        rows += "{\"name\":" + dumped + ",\"value\":{" + dumped + ":" + dumped + "}}\n";
        estima::replace_file(run.directory.rank_stdout(i), text + "\n" + all);
        estima::replace_file(run.directory.rank_stderr(i), all);
    }
    for (char const* name :
         {"azureml.git.branch", "azureml.git.commit", "azureml.git.dirty", "azureml.git.repository_uri"})
        r.properties[name] = hostile_texts()[1];
    r.error = estima::run_error{hostile_texts()[1], all.substr(0, 3000), 2, hostile_texts()[2], 3,
                                hostile_texts()[0], hostile_texts()};
    for (std::string const number :
         {"1e308", "-1e308", "5e-324", "1e999", "NaN", "-Infinity", "123456789012345678901234567890"}) {
        lines += "{\"name\":\"extreme\",\"value\":" + number + ",\"step\":9223372036854775807}\n";
        lines += "{\"name\":\"same" + number + "\",\"value\":" + number + "}\n{\"name\":\"same" + number +
                 "\",\"value\":" + number + "}\n";
        lines += "{\"name\":\"one" + number + "\",\"value\":" + number + "}\n";
    }
    estima::replace_file(run.directory.metrics_file(0), lines + valued + rows);
    estima::replace_file(run.directory.metrics() / "\"><evil>.jsonl", lines);
    // JSON cannot hold what is no UTF-8: the configuration as a damaged or forged file would be.
    estima::replace_file(run.directory.run_configuration(),
                         estima::to_json(configuration).dump(-1, ' ', false, estima::json::error_handler_t::replace));
    return run;
}

}  // namespace estima_test
