// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <catch2/catch.hpp>

#include <sstream>
#include <string>
#include <vector>

#include <process/runs/submitted.hpp>
#include <support/fake_run.hpp>
#include <support/scoped_variable.hpp>

#include "estima_program.hpp"

namespace estima_test {

inline std::vector<std::string> printed_lines(std::string const& text) {
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// A workspace that commands look at, in a known time zone and language.
class seen_place : public place {
public:
    std::vector<std::string> words(std::vector<std::string> all) const {
        all.insert(all.begin(), {"--workspace", workspace().path().string()});
        return all;
    }
    /// What a command prints; it has to succeed.
    std::string out(std::vector<std::string> const& all) const {
        estima_program program{words(all)};
        std::string text = program.out();
        INFO(program.err());
        CHECK(program.code() == 0);
        return text;
    }
    /// A finished run that printed, logged metrics and left an output.
    estima::run trained(std::string const& loss = "0.25") const {
        estima::run run = submit("#!/bin/sh\necho trained to " + loss +
                                 "\nprintf '{\"name\": \"loss\", \"value\": 1.5, \"step\": 1}\\n"
                                 "{\"name\": \"loss\", \"value\": " +
                                 loss + ", \"step\": 2}\\n' > \"$ESTIMA_METRICS_FILE\"\necho model > outputs/model\n");
        run.wait_for_completion({.timeout = patience});
        return run;
    }

private:
    scoped_variable zone_{"TZ", "UTC"}, language_{"LC_ALL", "C.UTF-8"}, no_colour_{"NO_COLOR", std::nullopt},
        kind_{"TERM", "xterm"};
};

}  // namespace estima_test
