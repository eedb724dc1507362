// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/edit_distance.hpp>
#include <estima/base/error.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// Where the settings of a compute target stand, for errors.
struct settings_place {
    std::string file;                            ///< or what else they were given by
    std::string target{};                        ///< its name there
    std::map<std::string, std::string> lines{};  ///< line and column by setting, "3:12"; that of the target: ""

    settings_place(std::string where) : file{std::move(where)} {}
    settings_place(char const* where) : file{where} {}
    settings_place(std::string where, std::string name) : file{std::move(where)}, target{std::move(name)} {}

    std::string text(std::string const& setting = {}) const {
        auto line = lines.find(setting);
        if (line == lines.end()) line = lines.find("");
        return file + (line != lines.end() ? ":" + line->second : "") + (target.empty() ? "" : ", " + target) +
               (setting.empty() ? "" : ", " + setting);
    }
};

/// Reads the settings of a compute target from JSON; each fault is EST-721 and names its place. `page` is the page of
/// the documentation that lists the settings.
class settings_reader {
public:
    settings_reader(settings_place where, std::string page) : where_{std::move(where)}, page_{std::move(page)} {}

    /// Calls `visit` with a function that takes key and member of each setting; gives those that are in j to
    /// `take(key, json, member)`. Other keys than these and those of `known` are refused.
    template <class Visit, class Take>
    void read(json const& j, std::vector<std::string> known, Visit const& visit, Take const& take_one) const {
        if (!j.is_object()) wrong("settings", "they are no JSON object", "write {\"kind\": ...}");
        visit([&](char const* key, auto& value) {
            known.emplace_back(key);
            if (auto const found = j.find(key); found != j.end()) take_one(key, *found, value);
        });
        for (auto const& [key, value] : j.items()) require_known(key, known);
    }

    [[noreturn]] void wrong(std::string const& key, std::string why, std::string remedy) const {
        throw error{"EST-721",
                    {.what = "the settings of a compute target cannot be used",
                     .where = where_.text(key),
                     .why = std::move(why),
                     .remedy = std::move(remedy)}};
    }
    void require_known(std::string const& key, std::vector<std::string> const& known) const {
        if (std::find(known.begin(), known.end(), key) != known.end()) return;
        std::string close;
        for (std::string const& one : known)
            if (edit_distance(one, key) <= 2) close = one;
        wrong(shown(key), "there is no such setting",
              close.empty() ? "see " + page_ + " for those there are" : "did you mean \"" + close + "\"?");
    }

    void take(char const* key, json const& j, std::string& value) const {
        if (!j.is_string() || j.get_ref<std::string const&>().find_first_of("\n\r") != std::string::npos)
            wrong(key, j.dump() + " is no text", "a text on one line");
        value = j.get<std::string>();
    }
    void take(char const* key, json const& j, int& value) const {
        if (!j.is_number_integer() || j < 0 || j > 1'000'000)
            wrong(key, j.dump() + (j.is_number() && j < 0 ? " is less than 0" : " is no whole number up to a million"),
                  "a whole number, from 0 on");
        value = j.get<int>();
    }
    void take(char const* key, json const& j, double& value) const {
        if (!j.is_number() || j <= 0 || j > 1e6) wrong(key, j.dump() + " is no time", "seconds, more than 0");
        value = j.get<double>();
    }
    void take(char const* key, json const& j, std::vector<std::string>& value) const {
        if (!j.is_array()) wrong(key, j.dump() + " is no list", R"(a list of names: ["numpy"])");
        for (json const& one : j) take(key, one, value.emplace_back());
    }
    void take(char const* key, json const& j, bool& value) const {
        if (!j.is_boolean()) wrong(key, j.dump() + " is neither true nor false", "true or false");
        value = j.get<bool>();
    }

private:
    settings_place where_;
    std::string page_;
};

}  // namespace estima::inline v0_1
