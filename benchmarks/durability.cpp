// SPDX-License-Identifier: BSL-1.0
// benchmarks: journal_line journal_line_on_disk log_flush log_flush_on_disk artifact_end artifact_end_on_disk
// What each level of durability costs: durability::process_death, and power_loss (on_disk). Medians.
//   journal_line    one line of a run's journal: a tag, a parameter, a status
//   log_flush       a call of run_context::log and a flush; the call alone costs the same at both: log_scalar_call
//   artifact_end    the end of a run that has left one output of 1 MB: SHA-256, its line, the last status
// It is the disk below the folder for temporary files that is measured.
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <estima/estima.hpp>
#include <estima/launcher/record_outputs.hpp>
#include <estima/tracking/run_context.hpp>

#include "measuring.hpp"

namespace {
using namespace measuring;
using estima::durability;

arguments wanted;

void measure(std::string name, durability level, int rounds, std::function<void()> const& prepare,
             std::function<void()> const& work) {
    if (level == durability::power_loss) name += "_on_disk";
    if (!wanted.wants(name.c_str())) return;
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        if (prepare) prepare();
        times.push_back(seconds_of(work) * 1e6);
    }
    print(name, median(times), "us");
}

void measure_level(estima::workspace const& w, durability level) {
    auto const made = [&] {
        return estima::detail::create_run(w.path(), "d", {.script = "a"}, "", "/", {}, level).directory;
    };
    estima::journal log{made().journal()};
    measure("journal_line", level, 201, nullptr, [&] {
        log.append({{"event", "tag"}, {"name", "epoch"}, {"value", "17"}});
    });

    ::setenv("ESTIMA_METRICS_FILE", made().metrics_file(0).c_str(), 1);
    auto const context = estima::run_context::current();
    measure("log_flush", level, 201, nullptr, [&] {
        context.log("loss", 0.5);
        expect(context.flush(level), "a flush");
    });

    estima::run_directory run;
    auto const prepare = [&] {
        run = made();
        estima::journal events{run.journal()};
        for (auto const s : {estima::run_status::preparing, estima::run_status::starting, estima::run_status::running,
                             estima::run_status::finalizing})
            expect(events.append_status(s), "a status");
        estima::make_directories(run.outputs());
        estima::replace_file(run.outputs() / "model", std::string(1'000'000, 'x'));
    };
    measure("artifact_end", level, 31, prepare, [&] {
        estima::journal events{run.journal()};
        estima::record_outputs(run, {}, events);
        expect(events.append_status(estima::run_status::completed), "the end");
    });
}
}  // namespace

int main(int argc, char** argv) {
    return measure_in_folder(argc, argv, [](fs::path const& work, arguments const& names) {
        wanted = names;
        auto const w = estima::workspace::open(work / "w");
        for (durability const level : {durability::process_death, durability::power_loss}) measure_level(w, level);
    });
}
