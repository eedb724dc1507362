// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/portal/log_tail.hpp>
#include <estima/portal/metric_overview.hpp>
#include <estima/portal/read_metric_overview.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1::portal {

/// All that the page is made of.
struct page_input {
    run_directory const& directory;
    run_record const& record;
    run_configuration configuration{};
    std::string configuration_problem{};  ///< why the configuration could not be read; empty if it could
    metric_overview metrics{};
    double now = 0;  ///< seconds since 1970

    bool over() const { return is_terminal(record.status); }
    /// When the run ended, or now.
    double end() const { return over() && !record.status_changes.empty() ? record.status_changes.back().time : now; }
};

/// Reads what belongs to the page. A file that is missing or damaged is told on the page and is no error.
inline page_input read_page_input(run_directory const& directory, run_record const& record, double now) {
    page_input input{.directory = directory, .record = record, .now = now};
    input.metrics = read_metric_overview(directory.metrics());
    try {
        constexpr std::uint64_t largest = std::uint64_t{8} << 20U;
        std::uint64_t size = 0;
        file_descriptor const fd = open_regular(directory.run_configuration(), size);
        if (!fd || size > largest) {
            input.configuration_problem = !fd ? "it cannot be read" : "it is larger than 8 MB";
        } else {
            std::string const text = read_part(fd.get(), 0, static_cast<std::size_t>(size));
            input.configuration = run_configuration_from_json(json::parse(text));
        }
    } catch (std::exception const& e) {
        input.configuration_problem = e.what();
    }
    return input;
}

/// A name and a value of the script's parameters; the value is missing for a flag.
struct script_parameter {
    std::string name;
    std::optional<std::string> value;
};

/// Arguments as a reader thinks of them: "--rate 0.1" and "--rate=0.1" are one parameter. A guess: only the script
/// knows which of its flags take a value.
inline std::vector<script_parameter> parameters_of(std::vector<std::string> const& arguments) {
    auto is_flag = [](std::string const& a) {
        if (a.size() < 2 || a[0] != '-') return false;
        return !(a[1] == '.' || (a[1] >= '0' && a[1] <= '9'));  // a negative number
    };
    std::vector<script_parameter> all;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string const& a = arguments[i];
        std::size_t const equals = a.find('=');
        if (!is_flag(a))
            all.push_back({"argument " + std::to_string(i + 1), a});
        else if (equals != std::string::npos)
            all.push_back({a.substr(0, equals), a.substr(equals + 1)});
        else if (i + 1 < arguments.size() && !is_flag(arguments[i + 1]))
            all.push_back({a, arguments[++i]});
        else
            all.push_back({a, std::nullopt});
    }
    return all;
}

}  // namespace estima::inline v0_1::portal
