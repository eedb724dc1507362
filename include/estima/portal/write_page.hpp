// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/portal/markup.hpp>
#include <estima/portal/page_facts.hpp>
#include <estima/portal/page_header.hpp>
#include <estima/portal/page_input.hpp>
#include <estima/portal/page_metrics.hpp>
#include <estima/portal/page_results.hpp>
#include <estima/portal/page_style.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

namespace portal {
/// The page of a run as HTML: one file that needs nothing else and runs no script. While the run goes on it asks the
/// browser to read it again every two seconds.
inline std::string render_page(run_directory const& directory, run_record const& record, double now = epoch_seconds()) {
    page_input in = read_page_input(directory, record, now);
    markup page;
    page.html(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data: 'self' file:; base-uri 'none'; form-action 'none'\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"referrer\" content=\"no-referrer\">");
    if (!in.over()) page.html("<meta http-equiv=\"refresh\" content=\"2\">");
    page.html("<title>").text(to_string(record.status)).html(" \xE2\x80\x93 ").text(shown_name(record), 200);
    page.html("</title><style>").html(page_style).html("</style></head><body><div class=\"page\">");
    append_header(page, in);
    page.html("<main class=\"columns\"><div class=\"main\">");
    append_error(page, in);
    append_warnings(page, in);
    append_metrics(page, in);
    append_outputs(page, in);
    append_ranks(page, in);
    page.html("</div><div class=\"side\">");
    append_parameters(page, in);
    append_map(page, "tags", "Tags", record.tags);
    append_attempts(page, in);
    append_history(page, in);
    append_configuration(page, in);
    append_source(page, in);
    append_properties(page, in);
    page.html("</div><div class=\"logs\">");
    append_logs(page, in);
    page.html(
        "</div></main><footer><nav aria-label=\"files of this run\"><a href=\"./\">Run folder</a>"
        "<a href=\"code/outputs/\">outputs</a><a href=\"code/logs/\">logs</a>"
        "<a href=\"run_configuration.json\">run_configuration.json</a>"
        "<a href=\"events.jsonl\">events.jsonl</a></nav><span>Written ");
    append_time(page, now);
    page.html(" by estima</span></footer></div></body></html>\n");
    return page.str();
}
}  // namespace portal

/// Writes the page of a run (`directory.page()`), in one step: a browser never sees a part of it. Bounded in time and
/// memory, however much the run logged. EST-301 if the page cannot be written.
inline void write_page(run_directory const& directory, run_record const& record) {
    replace_file(directory.page(), portal::render_page(directory, record));
}

}  // namespace estima::inline v0_1
