// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/portal/markup.hpp>
#include <estima/portal/page_facts.hpp>
#include <estima/portal/page_input.hpp>

/// The cards with what came out: outputs and models, the processes, their logs.
namespace estima::inline v0_1::portal {

inline void append_outputs(markup& page, page_input const& in) {
    constexpr std::size_t most = 200;
    auto const& files = in.record.artifacts;
    detail::begin_card(page, "outputs", "Outputs");
    if (files.empty()) {
        page.html("<p class=\"soft\">");
        if (in.over())
            page.html("The script left no files in <code>./outputs</code>.</p>");
        else
            page.html("What the script leaves in <code>./outputs</code> is listed here when it has ended.</p>");
    } else {
        page.html(
            "<table><thead><tr><th scope=\"col\">File</th><th scope=\"col\" class=\"num\">Size</th>"
            "<th scope=\"col\">SHA-256</th></tr></thead><tbody>");
        for (std::size_t i = 0; i < files.size() && i < most; ++i) {
            page.html("<tr><td class=\"v file\">").link("code/" + files[i].path, files[i].path, 300);
            page.html("</td><td class=\"num\">")
                .text(human_bytes(files[i].bytes))
                .html("</td><td class=\"mono soft\" title=\"");
            page.text(files[i].sha256, 64).html("\">").text(cut(files[i].sha256, 10)).html("</td></tr>");
        }
        page.html("</tbody></table>");
        if (files.size() > most) page.html("<p class=\"note\">").number(files.size() - most).html(" more files.</p>");
    }
    page.html("</section>");
    if (in.record.models.empty()) return;
    detail::begin_card(page, "models", "Registered models");
    {
        detail::pair_table table{page};
        for (model_record const& m : in.record.models)
            table.row(std::string{cut(m.name, 200)} + ", version " + std::to_string(m.version), m.path);
    }
    page.html("</section>");
}

namespace detail {
inline void append_end_of(markup& page, rank_record const& r, bool is_over) {
    bool const bad = r.ended && (!r.signal.empty() || r.exit_code.value_or(0) != 0);
    if (bad && !r.ended_on_request)
        page.html("<span class=\"bad-text\">");
    else
        page.html("<span>");
    if (!r.ended && is_over)  // it died with its supervisor
        page.html("end not known");
    else if (!r.ended)
        page.html("running");
    else if (!r.signal.empty())
        page.text(r.signal, 40);
    else if (r.exit_code)
        page.html("exit ").number(*r.exit_code);
    else
        page.html("ended");
    if (r.ended_on_request) page.html(", asked to end");
    page.html("</span>");
}
}  // namespace detail

/// The processes of the script: where each ran, how it ended and what it took.
inline void append_ranks(markup& page, page_input const& in) {
    constexpr std::size_t most = 128;
    auto const& ranks = in.record.ranks;
    if (ranks.empty()) return;
    detail::begin_card(page, "processes", "Processes");
    page.html(
        "<table class=\"ranks\"><thead><tr><th scope=\"col\">Rank</th><th scope=\"col\">Host</th><th "
        "scope=\"col\">End</th>"
        "<th scope=\"col\" class=\"num\">Wall</th><th scope=\"col\" class=\"num\">CPU</th>"
        "<th scope=\"col\" class=\"num\">Memory</th></tr></thead><tbody>");
    for (std::size_t i = 0; i < ranks.size() && i < most; ++i) {
        rank_record const& r = ranks[i];
        page.html("<tr><th scope=\"row\">")
            .number(r.rank)
            .html("</th><td class=\"v\">")
            .text(r.host, 100)
            .html("</td><td class=\"end\">");
        detail::append_end_of(page, r, is_terminal(in.record.status));
        page.html("</td><td class=\"num wall\">");
        page.text(human_duration(r.ended ? r.wall_seconds : in.end() - r.start_time))
            .html("</td><td class=\"num cpu\">");
        page.text(r.ended ? human_duration(r.user_seconds + r.system_seconds) : "\xE2\x80\x93");
        page.html("</td><td class=\"num memory\">");
        page.text(r.ended ? human_bytes(r.peak_memory_bytes) : "\xE2\x80\x93");
        page.html("</td></tr>");
    }
    page.html("</tbody></table>");
    if (ranks.size() > most) page.html("<p class=\"note\">").number(ranks.size() - most).html(" more processes.</p>");
    page.html("</section>");
}

namespace detail {
/// The end of one log; false and nothing written if it is empty.
inline bool append_log(markup& page, page_input const& in, std::filesystem::path const& file, std::string const& title,
                       bool is_error) {
    log_tail const tail = read_log_tail(file);
    if (tail.text.empty()) return false;
    if (is_error)
        page.html("<article class=\"log stderr\">");
    else
        page.html("<article class=\"log\">");
    page.html("<header><h3>").text(title).html("</h3><span class=\"soft small\">");
    if (!tail.whole) page.html("the end of ");
    page.text(human_bytes(tail.size)).html(" \xC2\xB7 ");
    page.link(file.lexically_relative(in.directory.path).generic_string(), "whole file", 40);
    page.html("</span></header><div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"").text(title);
    page.html("\"><pre>\n").text(tail.text).html("</pre></div></article>");
    return true;
}

/// The ranks whose logs are shown: the one that failed first, then the first eight.
inline std::vector<int> ranks_with_logs(run_record const& r) {
    constexpr std::size_t most = 8;
    std::vector<int> ranks;
    if (r.error && r.error->rank) ranks.push_back(*r.error->rank);
    for (std::size_t i = 0; i < r.ranks.size() && i < most; ++i)
        if (std::find(ranks.begin(), ranks.end(), r.ranks[i].rank) == ranks.end()) ranks.push_back(r.ranks[i].rank);
    return ranks;
}
}  // namespace detail

inline void append_logs(markup& page, page_input const& in) {
    run_directory const& directory = in.directory;
    detail::begin_card(page, "logs", "Logs");
    bool any = false;
    auto const ranks = detail::ranks_with_logs(in.record);
    for (int const rank : ranks) {
        std::string const name = "rank " + std::to_string(rank);
        any = detail::append_log(page, in, directory.rank_stdout(rank), name + ", standard output", false) || any;
        any = detail::append_log(page, in, directory.rank_stderr(rank), name + ", standard error", true) || any;
    }
    any = detail::append_log(page, in, directory.mpirun_log(), "mpirun", false) || any;
    any = detail::append_log(page, in, directory.supervisor_log(), "supervisor", false) || any;
    if (!any) page.html("<p class=\"soft\">Nothing was written so far.</p>");
    if (in.record.ranks.size() > ranks.size())
        page.html("<p class=\"note\">The logs of ")
            .number(in.record.ranks.size() - ranks.size())
            .html(" more processes are in <a href=\"system_logs/\">system_logs</a>.</p>");
    page.html("</section>");
}

}  // namespace estima::inline v0_1::portal
