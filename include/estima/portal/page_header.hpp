// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/portal/human.hpp>
#include <estima/portal/markup.hpp>
#include <estima/portal/page_input.hpp>

namespace estima::inline v0_1::portal {

namespace detail {
inline void append_badge(markup& page, run_status status) {
    using enum run_status;
    page.html("<span class=\"badge ");
    switch (status) {
        case starting:
        case running:
        case finalizing:
            page.html("go");
            break;
        case completed:
            page.html("ok");
            break;
        case failed:
            page.html("bad");
            break;
        case canceled:
            page.html("off");
            break;
        default:
            page.html("wait");
    }
    page.html("\">").text(to_string(status)).html("</span>");
}

/// One entry of a list of facts; nothing for an empty value.
inline void append_fact(markup& page, source_html name, std::string_view value, bool code = false) {
    if (value.empty()) return;
    page.html("<div><dt>").html(name).html("</dt><dd class=\"");
    if (code) page.html("mono ");
    page.html("v\">").text(value, 300).html("</dd></div>");
}

inline void append_where(markup& page, run_record const& r) {
    if (r.target.empty() && r.host.empty()) return;
    page.html("<div><dt>Where</dt><dd class=\"v\">").text(r.target, 100);
    if (!r.target.empty() && !r.host.empty()) page.text(" on ");
    page.text(r.host, 100);
    page.html("</dd></div>");
}
}  // namespace detail

inline std::string_view shown_name(run_record const& r) { return r.display_name.empty() ? r.run_id : r.display_name; }

inline void append_header(markup& page, page_input const& in) {
    run_record const& r = in.record;
    page.html("<header><p class=\"eyebrow\">Experiment <span class=\"v\">").text(r.experiment, 200).html("</span></p>");
    page.html("<div class=\"title\"><h1 class=\"v\">").text(shown_name(r), 300).html("</h1>");
    detail::append_badge(page, r.status);
    page.html("</div><dl class=\"facts\">");
    detail::append_fact(page, "Run id", r.run_id, true);
    page.html("<div><dt>Created</dt><dd>");
    append_time(page, r.created);
    page.html("</dd></div>");
    std::string const duration = is_time(r.created) ? human_duration(in.end() - r.created) : "";
    if (in.over())
        detail::append_fact(page, "Duration", duration);
    else
        detail::append_fact(page, "Duration so far", duration);
    detail::append_where(page, r);
    detail::append_fact(page, "Waits for", r.waits_for);
    detail::append_fact(page, "User", r.user);
    if (in.configuration_problem.empty())
        detail::append_fact(page, "Processes", std::to_string(in.configuration.process_count()));
    page.html("</dl></header>");
}

/// What went wrong, before everything else.
inline void append_error(markup& page, page_input const& in) {
    if (!in.record.error) return;
    run_error const& e = *in.record.error;
    page.html("<section class=\"card error\" aria-labelledby=\"error\"><h2 id=\"error\">Error ").text(e.id, 40);
    page.html("</h2><p class=\"message\">").text(e.message, 2000).html("</p><dl class=\"facts\">");
    if (e.rank) detail::append_fact(page, "Rank", std::to_string(*e.rank));
    detail::append_fact(page, "Host", e.host);
    if (e.exit_code) detail::append_fact(page, "Exit code", std::to_string(*e.exit_code));
    detail::append_fact(page, "Signal", e.signal);
    page.html("</dl>");
    if (!e.stderr_tail.empty()) {
        std::string tail;
        for (std::string const& line : e.stderr_tail) {
            tail.append(cut(line, 2000));
            if (line.size() > 2000) tail += "\xE2\x80\xA6";
            tail += '\n';
        }
        page.html("<h3 class=\"note\">Last lines of its standard error</h3>");
        page.html(
            "<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"last lines of standard error\"><pre>");
        page.html("\n").text(terminal_text(tail)).html("</pre></div>");
    }
    page.html("</section>");
}

inline void append_warnings(markup& page, page_input const& in) {
    auto const& warnings = in.record.warnings;
    if (warnings.empty() && in.record.lines_ignored == 0) return;
    constexpr std::size_t most = 50;
    page.html("<section class=\"card warning\" aria-labelledby=\"warnings\"><h2 id=\"warnings\">Warnings</h2><ul>");
    for (std::size_t i = 0; i < warnings.size() && i < most; ++i)
        page.html("<li class=\"v\">").text(warnings[i], 1000).html("</li>");
    if (warnings.size() > most) page.html("<li>").number(warnings.size() - most).html(" more</li>");
    if (in.record.lines_ignored > 0)
        page.html("<li>Lines of the journal that could not be read: ").number(in.record.lines_ignored).html("</li>");
    page.html("</ul></section>");
}

}  // namespace estima::inline v0_1::portal
