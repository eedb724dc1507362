// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <estima/portal/human.hpp>
#include <estima/portal/markup.hpp>
#include <estima/portal/metric_overview.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1::portal {

namespace detail {
inline std::string text_at(json const& object, char const* name) {
    auto const found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Only what lies in the run's own metrics/media: the script wrote the line, whatever it says. What no browser shows is
/// called ".bin" there.
inline bool append_image(markup& page, shown_document const& one, json const& value) {
    std::string const path = "metrics/" + text_at(value, "path"), address = relative_address(path);
    if (!path.starts_with("metrics/media/") || address.empty() || path.ends_with(".bin")) return false;
    page.html("<img src=\"").text(address).html("\" alt=\"").text(one.name, 160).html("\">");
    return true;
}

inline bool append_confusion_matrix(markup& page, json const& value) {
    constexpr std::size_t most = 30;
    json const data = value.is_object() ? value.value("data", json::object()) : json::object();
    json const labels = data.is_object() ? data.value("class_labels", json::array()) : json::array();
    json const matrix = data.is_object() ? data.value("matrix", json::array()) : json::array();
    if (!labels.is_array() || !matrix.is_array() || labels.empty() || labels.size() > most ||
        matrix.size() != labels.size())
        return false;
    for (json const& row : matrix)
        if (!row.is_array() || row.size() != labels.size()) return false;
    auto const text_of = [](json const& cell) {
        if (cell.is_number()) return human_number(cell.get<double>());
        return cell.is_string() ? cell.get<std::string>() : cell.dump();
    };
    page.html("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"confusion matrix\"><table><thead><tr>"
              "<th scope=\"col\">true, predicted</th>");
    for (json const& label : labels) page.html("<th scope=\"col\" class=\"v\">").text(text_of(label), 60).html("</th>");
    page.html("</tr></thead><tbody>");
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        page.html("<tr><th scope=\"row\" class=\"v\">").text(text_of(labels[i]), 60).html("</th>");
        for (json const& cell : matrix[i]) page.html("<td class=\"v\">").text(text_of(cell), 60).html("</td>");
        page.html("</tr>");
    }
    page.html("</tbody></table></div>");
    return true;
}

inline void append_document(markup& page, shown_document const& one) {
    json const value = json::parse(one.document.json, nullptr, false);
    page.html("<figure class=\"document\"><figcaption><h3 class=\"v\">").text(one.name, 160).html("</h3></figcaption>");
    std::string_view const type = one.document.type;
    bool const is_shown = (type == "image" && append_image(page, one, value)) ||
                          (type == "confusion_matrix" && append_confusion_matrix(page, value));
    if (!is_shown)
        page.html("<pre>").text(type == "text" ? text_at(value, "text") : one.document.json, 2000).html("</pre>");
    page.html("<p class=\"soft\">").text(type, 60).html(", from ").text(one.writer, 60);
    if (one.step) page.html(", step ").number(*one.step);
    if (one.count > 1) page.html(", the newest of ").number(one.count);
    page.html("</p></figure>");
}
}  // namespace detail

/// Images, confusion matrices and texts as such, other documents as they were logged: the newest of each name.
inline void append_documents(markup& page, metric_overview const& metrics) {
    if (metrics.documents().empty()) return;
    page.html("<div class=\"documents\">");
    for (shown_document const& one : metrics.documents()) detail::append_document(page, one);
    page.html("</div>");
}

}  // namespace estima::inline v0_1::portal
