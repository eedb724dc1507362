// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1 {

/// The four things that an error tells its reader. `what` is required; an empty part is left out.
struct error_text {
    std::string what;      ///< one sentence: what went wrong
    std::string where{};   ///< the path, field, rank or host it is about
    std::string why{};     ///< the cause, for instance the system's own words
    std::string remedy{};  ///< what to do about it
};

/// Every exception that estima throws. `id()` is stable ("EST-201") and listed in docs/errors.md;
/// `what()` is the id and all parts of the text, one a line.
class error : public std::runtime_error {
public:
    error(std::string_view id, error_text text)
        : std::runtime_error{format(id, text)}, id_{id}, text_{std::move(text)} {}

    std::string const& id() const noexcept { return id_; }
    error_text const& text() const noexcept { return text_; }

private:
    static std::string format(std::string_view id, error_text const& text) {
        std::string line = "[";
        line.append(id).append("] ").append(text.what);
        auto part = [&line](std::string_view name, std::string const& value) {
            if (!value.empty()) line.append("\n  ").append(name).append(": ").append(value);
        };
        part("where", text.where);
        part("why", text.why);
        part("remedy", text.remedy);
        return line;
    }

    std::string id_;
    error_text text_;
};

namespace detail {
/// Throws. Where exceptions are switched off (-fno-exceptions), prints the error and ends the program, as it would end
/// with an exception that nobody catches.
#if defined(__cpp_exceptions)
template <class Error, bool HasExceptions = true>
[[noreturn]] void throw_or_abort(Error const& fault) {
    throw fault;
}
#else
template <class Error, bool HasExceptions = false>
[[noreturn]] void throw_or_abort(Error const& fault) {
    std::fputs(fault.what(), stderr);
    std::fputc('\n', stderr);
    std::abort();
}
#endif
}  // namespace detail

}  // namespace estima::inline v0_1
