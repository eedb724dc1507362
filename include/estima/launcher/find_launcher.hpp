// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/find_program.hpp>

namespace estima::inline v0_1 {

/// The path of the running program; empty if the system does not tell.
inline std::string own_program() {
    char buffer[4096];
    ssize_t const n = ::readlink("/proc/self/exe", buffer, sizeof buffer);
    return n > 0 && n < static_cast<ssize_t>(sizeof buffer) ? std::string(buffer, static_cast<std::size_t>(n)) : "";
}

namespace detail {
inline std::string folder_of(std::string_view path) {
    std::size_t const slash = path.rfind('/');
    return slash == std::string_view::npos ? "." : std::string{path.substr(0, slash)};
}

/// A program that is looked for in several places; remembers where, for the error.
class program_search {
public:
    explicit program_search(std::string name) : name_{std::move(name)} {}

    /// A place that the user named: the search ends there, also if nothing is found.
    void named(std::string_view by, std::string const& path) {
        if (path.empty() || done_) return;
        done_ = true;
        take(by, path, find_program(path));
    }
    void beside(std::string_view where, std::string const& directory) {
        if (directory.empty() || done_) return;
        std::string const path = directory + "/" + name_;
        take(where, path, is_executable_file(path) ? path : "");
    }
    void in_path() {
        if (done_) return;
        char const* const path = std::getenv("PATH");
        take("in PATH", path != nullptr ? path : "(not set)", find_program(name_));
    }

    std::string const& found() const { return found_; }
    error_text not_found(std::string remedy) const {
        return {.what = "the program " + name_ + " was not found",
                .where = {},
                .why = "looked at" + looked_at_,
                .remedy = std::move(remedy)};
    }

private:
    void take(std::string_view how, std::string const& place, std::string found) {
        looked_at_.append("\n    ").append(how).append(": ").append(place);
        if (found.empty()) return;
        found_ = std::move(found);
        done_ = true;
    }

    std::string name_, found_, looked_at_;
    bool done_ = false;
};

inline std::string from_environment(char const* name) {
    char const* const value = std::getenv(name);
    return value != nullptr ? value : "";
}
}  // namespace detail

/// The program that supervises runs: `option` if it is given, else $ESTIMA_LAUNCH, beside the running program, where
/// this library was built or installed, PATH. EST-400 tells all the places that were looked at.
inline std::string find_launcher(std::string const& option = {}) {
    detail::program_search search{"estima-launch"};
    search.named("as the program says", option);
    search.named("$ESTIMA_LAUNCH", detail::from_environment("ESTIMA_LAUNCH"));
    search.beside("beside the running program", detail::folder_of(own_program()));
#ifdef ESTIMA_LIBEXEC_DIR
    search.beside("where estima was built or installed", ESTIMA_LIBEXEC_DIR);
#endif
    // A relative -I says nothing about where this program runs.
    std::string const headers = detail::folder_of(__FILE__);
    search.beside("with the headers", headers.starts_with('/') ? headers + "/../../../libexec/estima" : "");
    search.in_path();
    if (search.found().empty())
        throw error{"EST-400",
                    search.not_found("build or install estima's tools, or name the program in $ESTIMA_LAUNCH")};
    return search.found();
}

/// Open MPI's mpirun: `option` if it is given, else $ESTIMA_MPIRUN, PATH. EST-401 if there is none.
inline std::string find_mpirun(std::string const& option = {}) {
    detail::program_search search{"mpirun"};
    search.named("as the program says", option);
    search.named("$ESTIMA_MPIRUN", detail::from_environment("ESTIMA_MPIRUN"));
    search.in_path();
    if (search.found().empty())
        throw error{"EST-401", search.not_found("install Open MPI (Debian: apt-get install openmpi-bin), "
                                                "or name its mpirun in $ESTIMA_MPIRUN")};
    return search.found();
}

}  // namespace estima::inline v0_1
