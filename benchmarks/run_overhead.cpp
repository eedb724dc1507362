// SPDX-License-Identifier: BSL-1.0
// benchmarks: submit_to_start exit_to_wait log_latency mpi_overhead supervisor_memory supervisor_cost
// What estima adds to a run. Both sides of a figure are measured in turn in the same run; medians, or p99 for a
// latency.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include <estima/estima.hpp>

#include "measuring.hpp"

namespace {
using namespace measuring;
using program = estima::estimator<estima::native>;
using mpi_program = estima::estimator<estima::native, estima::mpi<estima::process_count_per_node<2>>>;

/// Seconds that a command takes, its output thrown away.
double time_of(std::vector<std::string> const& command) {
    return seconds_of([&] { measuring::run(command); });
}

/// The clock values that the probe printed.
std::vector<double> clocks(estima::run const& run) {
    std::istringstream text{estima::read_file(run.directory().rank_stdout(0))};
    std::vector<double> values;
    for (double ns = 0; text >> ns;) values.push_back(ns * 1e-9);
    return values;
}

/// Notes when each line arrives, and what it says.
class arrival_times : public std::streambuf {
public:
    std::vector<std::pair<double, std::string>> lines;

private:
    int overflow(int c) override {
        char const character = static_cast<char>(c);
        return xsputn(&character, 1) == 1 ? c : EOF;
    }
    std::streamsize xsputn(char const* text, std::streamsize size) override {
        for (std::streamsize i = 0; i < size; ++i) {
            if (text[i] != '\n') {
                line_ += text[i];
                continue;
            }
            lines.emplace_back(now(), std::exchange(line_, {}));
        }
        return size;
    }
    std::string line_;
};

void submit_to_start(estima::experiment experiment, program const& probe) {
    std::vector<double> ours, python;
    for (int round = 0; round < 31; ++round) {
        double const start = now();
        estima::run const run = experiment.submit(probe);
        run.wait_for_completion();
        ours.push_back(clocks(run).front() - start);
        python.push_back(time_of({"/usr/bin/python3", "-c", "pass"}));
    }
    print("submit_to_start", ours, python, "python3 -c pass");
}

void exit_to_wait(estima::experiment experiment, program probe) {
    probe.fields().script_params = {{"", 30}};  // longer than submit takes to return, so that wait is what is measured
    std::vector<double> seconds;
    for (int round = 0; round < 31; ++round) {
        estima::run const run = experiment.submit(probe);
        run.wait_for_completion();
        double const returned = now();
        seconds.push_back(returned - clocks(run).back());
    }
    print("exit_to_wait", median(seconds) * 1e3, "ms");
}

void log_latency(estima::experiment experiment, program probe) {
    probe.fields().script_params = {{"", 1000}};
    arrival_times arrivals;
    std::ostream output{&arrivals};
    estima::run const run = experiment.submit(probe);
    run.wait_for_completion({.show_output = true, .output = &output});
    std::vector<double> seconds;
    for (auto const& [arrived, line] : arrivals.lines)
        if (!line.empty() && line.find_first_not_of("0123456789") == std::string::npos)
            seconds.push_back(arrived - std::stod(line) * 1e-9);
    expect(seconds.size() == 1002, "the number of lines: " + std::to_string(seconds.size()));
    print("log_latency", quantile(seconds, 0.99) * 1e3, "ms");
}

void mpi_overhead(estima::experiment experiment, std::string const& programs) {
    ::setenv("PMIX_MCA_psec", "^munge", 1);
    mpi_program const job{{.source_directory = programs + "/mpi_nothing", .entry_script = "mpi_nothing"}};
    std::vector<std::string> bare{"mpirun", "-np", "2"};
    if (::geteuid() == 0) bare.push_back("--allow-run-as-root");
    bare.insert(bare.end(), {"--bind-to", "none", "--mca", "pml", "ob1", "--mca", "btl", "self,vader",
                             programs + "/mpi_nothing/mpi_nothing"});
    std::vector<double> ours, theirs;
    for (int round = 0; round < 21; ++round) {
        double const start = now();
        experiment.submit(job).wait_for_completion();
        ours.push_back(now() - start);
        theirs.push_back(time_of(bare));
    }
    print("mpi_overhead", ours, theirs, "bare mpirun -np 2 with the same MCA settings");
}

void supervisor_memory(estima::experiment experiment, program probe) {
    probe.fields().script_params = {{"", 500}};  // a second in which the supervisor waits
    estima::run const run = experiment.submit(probe);
    while (run.status() != estima::run_status::running) {}
    double megabytes = 0;
    while (!estima::is_terminal(run.status())) {  // the largest of what a look from outside sees
        std::ifstream status{
            "/proc/" + std::to_string(estima::journal{run.directory().journal()}.record().supervisor_pid) + "/status"};
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmRSS:")) megabytes = std::max(megabytes, std::stod(line.substr(6)) * 1024 / 1e6);
        timespec const pause{0, 20000000};
        ::nanosleep(&pause, nullptr);
    }
    print("supervisor_memory", megabytes, "MB");
}

/// Seconds of processor time of a process and of its children that have ended.
double processor_seconds(int pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    std::istringstream fields{text.substr(text.rfind(')') + 1)};
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    double ticks = 0, sum = 0;
    for (int i = 14; i <= 17; ++i) fields >> ticks, sum += ticks;
    return sum / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

/// Of the supervisor and what it starts beside the script, while the script logs 1,000 numbers and writes 1 MB a
/// second: percent of a processor, over 60 seconds.
void supervisor_cost(estima::experiment experiment, std::string const& programs) {
    estima::run const run = experiment.submit(program{{.source_directory = programs + "/write_steadily",
                                                       .entry_script = "write_steadily",
                                                       .script_params = {{"", 70}}}});
    while (run.status() != estima::run_status::running) {}
    int const pid = estima::journal{run.directory().journal()}.record().supervisor_pid;
    timespec const begin{2, 0}, length{60, 0};
    ::nanosleep(&begin, nullptr);
    double const from = now(), used = processor_seconds(pid);
    ::nanosleep(&length, nullptr);
    double const percent = 100 * (processor_seconds(pid) - used) / (now() - from);
    run.wait_for_completion();
    print("supervisor_cost", percent, "%");
}
}  // namespace

int main(int argc, char** argv) {
    return measure_in_folder(argc, argv, [](fs::path const& work, arguments const& names) {
        auto experiment = estima::workspace::open(work).experiment("benchmark");
        std::string const programs = BENCHMARK_PROGRAMS_DIR;
        program const probe{{.source_directory = programs + "/start_probe", .entry_script = "start_probe"}};
        experiment.submit(probe).wait_for_completion();  // the first one copies the snapshot
        if (names.wants("submit_to_start")) submit_to_start(experiment, probe);
        if (names.wants("exit_to_wait")) exit_to_wait(experiment, probe);
        if (names.wants("log_latency")) log_latency(experiment, probe);
        if (names.wants("mpi_overhead")) mpi_overhead(experiment, programs);
        if (names.wants("supervisor_memory")) supervisor_memory(experiment, probe);
        if (names.wants("supervisor_cost")) supervisor_cost(experiment, programs);
    });
}
