// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/agent/communicator.hpp>
#include <estima/agent/stage.hpp>
#include <estima/hosts/frame.hpp>
#include <estima/hosts/node_path.hpp>
#include <estima/system/files.hpp>
#include <estima/system/host.hpp>
#include <estima/version.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline constexpr char const agent_usage[] =
    "usage: mpirun -np 1 estima-agent stage SNAPSHOT --from STORE : -np N estima-agent stage SNAPSHOT --into STORE\n"
    "                                                                           [--node-in FILE]\n"
    "       estima-agent --version | --help\n"
    "Brings a snapshot into the stores of many nodes at once, a process on each. Runs on several hosts start it; see\n"
    "docs/agent.md.\n";

struct agent_words {
    std::string snapshot{}, store{}, node{};
    bool is_source = false;
};

/// Empty where the words make no sense.
inline agent_words read_agent_words(int argc, char const* const* argv) {
    std::vector<std::string_view> const words(argv + 1, argv + argc);
    agent_words read;
    if (words.size() < 4 || words.size() % 2 != 0 || words[0] != "stage") return {};
    read.snapshot = words[1];
    for (std::size_t i = 2; i < words.size(); i += 2) {
        std::string const value{words[i + 1]};
        if (words[i] == "--from" && read.store.empty())
            read.store = value, read.is_source = true;
        else if (words[i] == "--into" && read.store.empty())
            read.store = node_path(value);
        else if (words[i] == "--node-in" && ::access(node_path(value).c_str(), R_OK) == 0)
            read.node = read_file(node_path(value));
        else if (words[i] != "--node-in")
            return {};
    }
    if (read.node.empty()) read.node = host_name();
    return read;
}

inline void tell_supervisor(json said) {
    std::string const text = frame_text(std::move(said));
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}
}  // namespace detail

/// All that estima-agent does. The exit code: 0, 1 if a node failed, 2 for a wrong command line.
inline int agent_main(int argc, char** argv) {
    std::string_view const word = argc == 2 ? argv[1] : "";
    if (word == "--version") return std::printf("estima-agent %s\n", library_version) < 0;
    if (word == "--help") return std::printf("%s", detail::agent_usage) < 0;
    ::signal(SIGXFSZ, SIG_IGN);  // a limit on files is an error like any other
    mpi_environment environment{argc, argv};
    // While others wait, a failure here has to end them: returning would wait for them in MPI_Finalize.
    try {
        detail::agent_words const words = detail::read_agent_words(argc, argv);
        mpi_ranks const ranks;
        if (words.store.empty() || words.is_source != (ranks.rank() == 0)) {
            if (ranks.rank() == 0) std::fputs(detail::agent_usage, stderr);
            environment.abort(2);
        }
        if (words.is_source) std::printf("%s\n", std::string{first_frame_line}.c_str());
        return stage{ranks, words.store, words.snapshot, words.node, detail::tell_supervisor}.run() ? 0 : 1;
    } catch (error const& e) {
        detail::tell_supervisor({{"say", "broken"}, {"id", e.id()}, {"message", to_run_error(e).message}});
        std::fprintf(stderr, "%s\n", e.what());
    } catch (std::exception const& e) {
        std::fprintf(stderr, "estima-agent: %s\n", e.what());
    }
    environment.abort(1);
    return 1;
}

}  // namespace estima::inline v0_1
