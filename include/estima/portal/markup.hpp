// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <estima/portal/escape.hpp>

namespace estima::inline v0_1::portal {

/// HTML that stands in estima's source. It can be made by the compiler only, so that no text of a run becomes HTML by
/// mistake.
class source_html {
public:
    template <std::size_t N>
    consteval source_html(char const (&text)[N]) : text_{text, N - 1} {}  // implicit: a literal
    constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

/// Builds the page: `html` takes literals only, `text` takes anything and escapes it.
class markup {
public:
    markup() { out_.reserve(std::size_t{64} * 1024); }

    markup& html(source_html literal) {
        out_.append(literal.text());
        return *this;
    }
    markup& text(std::string_view any) {
        append_escaped(out_, any);
        return *this;
    }
    /// The text, or its beginning and its length if it is longer than `limit` bytes.
    markup& text(std::string_view any, std::size_t limit) {
        text(cut(any, limit));
        if (any.size() > limit) text("\xE2\x80\xA6 (").number(any.size()).text(" bytes)");
        return *this;
    }
    /// A name, which may be broken where its words end ("git.repository_uri", "ContentSnapshotId") if it is too long
    /// for its line.
    markup& name(std::string_view any, std::size_t limit) {
        std::string_view const shown = cut(any, limit);
        auto between = [](char c, char low, char high) { return c >= low && c <= high; };
        std::size_t start = 0;
        for (std::size_t i = 3; i < shown.size(); ++i) {  // not after the dashes of a flag
            char const last = shown[i - 1];
            bool const word_ends = last == '.' || last == '_' || last == '-' || last == '/' ||
                                   (between(last, 'a', 'z') && between(shown[i], 'A', 'Z'));
            if (!word_ends) continue;
            text(shown.substr(start, i - start)).html("<wbr>");
            start = i;
        }
        text(shown.substr(start));
        return any.size() > limit ? text("\xE2\x80\xA6 (").number(any.size()).text(" bytes)") : *this;
    }
    template <class Integer>
    markup& number(Integer value) {
        out_.append(std::to_string(value));
        return *this;
    }

    /// `<a href="address">` around the text, or the text alone if there is no address.
    markup& link(std::string_view path, std::string_view shown, std::size_t limit) {
        std::string const address = relative_address(path);
        if (address.empty()) return text(shown, limit);
        return html("<a href=\"").text(address).html("\">").text(shown, limit).html("</a>");
    }

    std::string const& str() const { return out_; }

private:
    std::string out_;
};

}  // namespace estima::inline v0_1::portal
