// SPDX-License-Identifier: BSL-1.0
// slurm_jobs TARGET COMMAND [WORDS...]: jobs of a Slurm cluster, by its REST API. TARGET is a file with the settings.
//   submit NAME SHELL_LINES [ARRAY]   prints the id; again with the same name, it finds the job
//   wait ID SECONDS [TASK]            prints each change, and how it ended
//   job ID, cancel ID [TASK [SIGNAL]], find NAME, ping, version
//   many COUNT                        submits that many jobs that are held; prints how many a second
//   waiting COUNT SECONDS             so many jobs are waited for so long; prints the requests a second
// An error is printed, and the exit code 2.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <estima/slurm/slurm_client.hpp>
#include <estima/slurm/slurm_poll.hpp>
#include <estima/system/files.hpp>

namespace {
std::string words_of(estima::slurm_job const& job) {
    std::string text = std::to_string(job.id);
    for (std::string const& state : job.states) text += " " + state;
    return text + " " + (job.reason.empty() ? "-" : job.reason) + " exit " + std::to_string(job.exit_code) +
           " signal " + std::to_string(job.signal) + " on " + (job.nodes.empty() ? "-" : job.nodes) + " task " +
           std::to_string(job.array_task) + " restarts " + std::to_string(job.restarts);
}
estima::slurm_job_request request(estima::slurm_target const& target, std::string const& name,
                                  std::string const& lines) {
    estima::slurm_job_request r = estima::job_request(target);
    r.name = name;
    r.comment = "estima-test " + name;
    r.script = "#!/bin/bash\n" + lines + "\n";
    r.working_directory = "/var/tmp";
    r.standard_output = "/dev/null";
    r.environment = {{"PATH", "/usr/bin:/bin"}};
    return r;
}

int run(std::vector<std::string> const& words) {
    estima::slurm_target const target =
        estima::slurm_target_from_json(estima::json::parse(estima::read_file(words.at(1))), words[1]);
    estima::slurm_client client{target};
    std::string const& command = words.at(2);
    auto number = [&](std::size_t i, long otherwise) {
        return words.size() > i ? std::atol(words[i].c_str()) : otherwise;
    };
    if (command == "submit") {
        auto r = request(target, words.at(3), words.at(4));
        if (words.size() > 5) r.array = words[5];
        auto const made = client.submit(r, true);
        std::cout << made.id << (made.found_again ? " found" : " new") << '\n';
        for (std::string const& remark : made.remarks) std::cout << remark << '\n';
    } else if (command == "wait") {
        auto const poll = estima::slurm_poll::of(target);
        std::promise<std::optional<estima::slurm_job>> end;
        bool is_over = false;
        auto const watch = poll->watch_job(
            number(3, 0),
            [&](estima::slurm_news const& n) {
                constexpr char const* kinds[] = {"state", "gone", "away", "back"};
                std::cout << kinds[static_cast<int>(n.what)] << ' ' << words_of(n.job) << ' ' << n.why << std::endl;
                bool const is_gone = n.what == estima::slurm_news::kind::gone;
                if (std::exchange(is_over, is_over || is_gone || n.job.is_over()) || !is_over) return;
                end.set_value(is_gone ? std::nullopt : std::optional{n.job});
            },
            static_cast<int>(number(5, -1)));
        auto ended = end.get_future();
        bool const in_time = ended.wait_for(std::chrono::seconds{number(4, 60)}) == std::future_status::ready;
        auto const job = in_time ? ended.get() : std::nullopt;
        std::cout << "ended " << (job ? words_of(*job) : "unknown") << '\n';
    } else if (command == "job") {
        for (auto const& job : client.job(number(3, 0))) std::cout << words_of(job) << '\n';
    } else if (command == "cancel") {
        std::cout << client.cancel(number(3, 0), static_cast<int>(number(4, -1)), words.size() > 5 ? words[5] : "")
                  << '\n';
    } else if (command == "find") {
        for (auto const& job : client.find("estima-test " + words.at(3))) std::cout << words_of(job) << '\n';
    } else if (command == "ping") {
        std::cout << "ping " << client.ping() << '\n';
    } else if (command == "version") {
        std::cout << client.api_version() << '\n';
    } else if (command == "many") {
        double const begin = estima::back_off::now();
        for (long i = 0; i < number(3, 1); ++i) {
            auto r = request(target, "many" + std::to_string(i), "true");
            r.hold = true;
            client.submit(r);
        }
        std::cout << static_cast<double>(number(3, 1)) / (estima::back_off::now() - begin) << '\n';
    } else if (command == "waiting") {
        std::vector<estima::slurm_poll::watch> watches;
        auto const poll = estima::slurm_poll::of(target);
        for (long i = 0; i < number(3, 1); ++i) {
            auto r = request(target, "waiting" + std::to_string(i), "true");
            r.hold = true;
            watches.push_back(poll->watch_job(client.submit(r).id, [](estima::slurm_news const&) {}));
        }
        auto const before = poll->requests();
        std::this_thread::sleep_for(std::chrono::seconds{number(4, 1)});
        std::cout << static_cast<double>(poll->requests() - before) / static_cast<double>(number(4, 1)) << '\n';
    }
    return 0;
}
}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv, argv + argc});
    } catch (std::exception const& e) {
        std::cout << e.what() << '\n';
        return 2;
    }
}
