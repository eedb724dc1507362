// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace estima_test {

/// Sets or removes an environment variable for one scope.
class scoped_variable {
public:
    scoped_variable(char const* name, std::optional<std::string> const& value) : name_{name} {
        if (char const* const before = std::getenv(name)) before_ = before;
        put(value);
    }
    scoped_variable(scoped_variable const&) = delete;
    scoped_variable& operator=(scoped_variable const&) = delete;
    ~scoped_variable() { put(before_); }

private:
    void put(std::optional<std::string> const& value) const {
        if (value)
            ::setenv(name_, value->c_str(), 1);
        else
            ::unsetenv(name_);
    }
    char const* name_;
    std::optional<std::string> before_{};
};

}  // namespace estima_test
