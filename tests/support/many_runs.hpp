// SPDX-License-Identifier: BSL-1.0
// Workspaces with many small runs, and what must be found in them: worked out from each run's own files.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/index/run_index.hpp>
#include <estima/system/files.hpp>

#include "temporary_directory.hpp"

namespace estima_test {

/// A workspace's folder of runs, written as the launcher would.
class many_runs {
public:
    std::filesystem::path const& path() const { return folder_.path(); }
    estima::run_directory directory(std::string const& id) const { return {path() / "runs" / id}; }
    std::string id(int i) const {
        return "digits_" + std::to_string(1'700'000'000 + i) + "_0000" + std::to_string(std::abs(i % 7));
    }

    /// A run that is over; with random values of the few things that it has.
    std::string add(int i, bool is_over = true) const {
        std::string const name = id(i);
        std::mt19937 random{static_cast<unsigned>(i)};
        auto const any = [&random](unsigned n) { return random() % n; };
        estima::run_directory const run = directory(name);
        std::filesystem::create_directories(run.metrics());
        estima::json created{{"event", "created"},
                             {"run_id", name},
                             {"experiment", any(3) == 0 ? "digits" : "letters"},
                             {"display_name", "run " + std::to_string(any(5))},
                             {"user", "ada"},
                             {"tags", {{"team", std::string(1, static_cast<char>('a' + any(4)))}}},
                             {"time", estima::utc_text(1.7e9 + i / 3)}};
        for (int p = 0; p < 3; ++p)
            if (any(3) != 0) created["parameters"]["p" + std::to_string(p)] = std::to_string(any(6));
        std::string lines = created.dump() + "\n";
        std::vector<std::string> path{"Preparing", "Starting", "Running"};
        if (is_over) path.insert(path.end(), {"Finalizing", "Completed"});
        if (is_over && any(4) == 0) path = {"Failed"};
        double time = 1.7e9 + i / 3;
        for (std::string const& status : path)
            lines += "{\"event\":\"status\",\"status\":\"" + status + "\",\"time\":\"" + estima::utc_text(time += 1) + "\"}\n";
        if (any(2) == 0) lines += R"({"event":"tag","name":"late","time":"x","value":"yes \"and\" no"})" "\n";
        append(run.journal(), lines);
        std::string metrics;
        for (char const* metric : {"loss", "accuracy"})
            for (unsigned n = static_cast<unsigned>(any(4)); n > 0; --n)
                metrics += std::string{"{\"name\":\""} + metric + "\",\"value\":" +
                           (any(20) == 0 ? "NaN" : std::to_string(any(50)) + ".5") + ",\"step\":" + std::to_string(n) + "}\n";
        append(run.metrics_file(0), metrics);
        return name;
    }
    void add_all(int from, int to) {
        for (int i = from; i < to; ++i) add(i);
    }

    static void append(std::filesystem::path const& file, std::string const& text) {
        std::ofstream{file, std::ios::binary | std::ios::app} << text;
    }

    /// What the files of a run say, read one by one by what reads a single run.
    estima::run_summary truth(std::string const& name) const {
        estima::run_directory const run = directory(name);
        estima::journal events{run.journal()};
        estima::run_record const& r = events.record();
        estima::run_summary s;
        s.run_id = name;
        s.experiment = r.experiment;
        s.display_name = r.display_name;
        s.target = r.target;
        s.snapshot_id = r.snapshot_id;
        s.user = r.user;
        s.host = r.host;
        s.error_id = r.error ? r.error->id : "";
        s.status = r.status;
        s.created_time = r.created;
        s.start_time = r.time_of(estima::run_status::running);
        s.end_time = is_terminal(r.status) ? r.time_of(r.status) : 0;
        s.tags = r.tags;
        s.properties = r.properties;
        s.parameters = r.parameters;
        for (auto const& [metric, points] : estima::read_metrics(run.metrics()).scalars) {
            estima::metric_summary m;
            for (auto const& p : points) {
                m.min = std::fmin(m.min, p.value);
                m.max = std::fmax(m.max, p.value);
            }
            m.last = points.back().value;
            m.step = points.back().step;
            m.time = points.back().time;
            m.count = points.size();
            s.metrics[metric] = m;
        }
        return s;
    }

    std::map<std::string, estima::run_summary> truth() const {
        std::map<std::string, estima::run_summary> all;
        for (std::string const& name : estima::names_in(path() / "runs"))
            if (name.front() != '.') all.emplace(name, truth(name));
        return all;
    }

private:
    temporary_directory folder_;
};

/// Everything of a run as text, to be compared.
inline std::string text_of(estima::run_summary const& s) {
    std::string text = s.run_id + "|" + s.experiment + "|" + s.display_name + "|" + s.target + "|" + s.user + "|" + s.host +
                       "|" + s.error_id + "|" + std::string{to_string(s.status)};
    for (double const time : {s.created_time, s.start_time, s.end_time}) text += "|" + std::to_string(time);
    for (auto const* map : {&s.tags, &s.properties, &s.parameters}) {
        text += "\n";
        for (auto const& [name, value] : *map) text += name + "=" + value + ";";
    }
    for (auto const& [name, m] : s.metrics)
        text += "\n" + name + " " + std::to_string(m.last) + " " + std::to_string(m.min) + " " + std::to_string(m.max) + " " +
                std::to_string(m.step.value_or(-1)) + " " + std::to_string(m.time) + " " + std::to_string(m.count);
    return text;
}

/// All runs that an index tells, by pages, as text.
inline std::map<std::string, std::string> texts_of(estima::run_index& index, std::size_t page = 700) {
    std::map<std::string, std::string> all;
    estima::run_query query{.max_results = page};
    do {
        estima::run_page const found = index.search(query);
        for (estima::run_summary const& s : found) all.emplace(s.run_id, text_of(s));
        query.page_token = found.next_page_token;
    } while (!query.page_token.empty());
    return all;
}
inline std::map<std::string, std::string> texts_of(std::map<std::string, estima::run_summary> const& truth) {
    std::map<std::string, std::string> all;
    for (auto const& [id, s] : truth) all.emplace(id, text_of(s));
    return all;
}

}  // namespace estima_test
