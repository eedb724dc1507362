// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/base/secret.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/command_output.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// The bytes of base64url text without its end; what is none of it is left out.
inline std::string from_base64url(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (char const c : text) {
        std::size_t const value =
            std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"}.find(c);
        if (value == std::string_view::npos) continue;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFF);
    }
    return bytes;
}

/// When a JSON web token expires, seconds since 1970; 0 if it does not say.
inline double expiry_of(std::string_view token) {
    std::size_t const first = token.find('.');
    if (first == std::string_view::npos) return 0;
    std::string_view const claims = token.substr(first + 1, token.find('.', first + 1) - first - 1);
    json const j = json::parse(from_base64url(claims), nullptr, false);
    if (!j.is_object() || !j.contains("exp") || !j["exp"].is_number()) return 0;
    return j["exp"].get<double>();
}
}  // namespace detail

/// The token of a target: from its file, else its variable, else what its command prints. Each may hold the token, or
/// SLURM_JWT=the token, as `scontrol token` prints it.
class slurm_token {
public:
    explicit slurm_token(slurm_target const& target)
        : file_{target.token_file},
          variable_{!target.token_variable.empty() ? target.token_variable
                    : file_.empty()                ? "SLURM_JWT"
                                                   : ""},
          command_{target.token_command} {}

    /// Read when it is first asked for, and anew when it is about to expire. EST-746 if there is none; EST-301.
    secret const& get() {
        if (token_.empty() || is_expiring(10)) renew();
        if (token_.empty())
            throw error{
                "EST-746",
                {.what = "there is no token for Slurm",
                 .where = place(),
                 .remedy = "`scontrol token lifespan=3600` prints one: put it there, or set token_command to that"}};
        return token_;
    }

    /// Reads it again, from the command if it is what it was before. Whether it is another one now. EST-746 if the
    /// command fails, EST-301 if the file cannot be read.
    bool renew() {
        secret found = take_from(stored());
        bool is_other = found.reveal() != token_.reveal();
        if ((found.empty() || !is_other || is_over(found)) && !command_.empty()) {
            found = take_from(printed());
            is_other = found.reveal() != token_.reveal();
        }
        if (!found.empty()) token_ = std::move(found);
        return is_other && !token_.empty();
    }

    /// Whether its file or variable has another one by now.
    bool has_changed() const {
        try {
            secret const found = take_from(stored());
            return !found.empty() && found.reveal() != token_.reveal();
        } catch (error const&) {  // it is just being replaced
            return false;
        }
    }

    /// Whether it expires within these seconds, by what it says itself.
    bool is_expiring(double seconds = 0) const {
        double const at = detail::expiry_of(token_.reveal());
        return at > 0 && at <= epoch_seconds() + seconds;
    }

    /// Where it is kept, for errors.
    std::string place() const { return !file_.empty() ? file_ : "$" + variable_; }

private:
    static bool is_over(secret const& token) {
        double const at = detail::expiry_of(token.reveal());
        return at > 0 && at <= epoch_seconds();
    }
    std::string stored() const {
        if (!file_.empty()) return in_file();
        char const* const set = std::getenv(variable_.c_str());
        return set != nullptr ? set : "";
    }
    /// Nothing where the file is not there and the command makes tokens.
    std::string in_file() const {
        try {
            return read_file(file_);
        } catch (error const& e) {
            if (!command_.empty() && ::access(file_.c_str(), F_OK) != 0) return "";
            error_text text = e.text();
            text.remedy =
                "put a token there (`scontrol token lifespan=3600` prints one), readable by you alone, or correct "
                "token_file of the target";
            throw error{e.id(), text};
        }
    }
    std::string printed() const {
        command_output made = run_command(command_, 60);
        if (made.failure.empty()) return std::move(made.text);
        throw error{"EST-746",
                    {.what = "no new token for Slurm could be had",
                     .where = "token_command of the target",
                     .why = made.failure,
                     .remedy = "try that command by hand"}};
    }
    /// The first line that is not blank. What it was taken from is overwritten.
    static secret take_from(std::string text) {
        std::string_view line = text;
        constexpr char const* blank = " \t\r\n";
        line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
        line = line.substr(0, line.find_first_of("\r\n"));
        constexpr std::string_view name = "SLURM_JWT=";
        if (line.starts_with(name)) line.remove_prefix(name.size());
        secret token{line.substr(0, line.find_last_not_of(blank) + 1)};
        for (char volatile& c : text) c = 0;
        return token;
    }

    std::string file_, variable_, command_;
    secret token_{};
};

}  // namespace estima::inline v0_1
