// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/runconfig_file/find_runconfig.hpp>
#include <estima/runconfig_file/load_runconfig.hpp>
#include <estima/runconfig_file/write_runconfig.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

enum class separate_environment : bool { no, yes };

struct save_options {
    separate_environment environment = separate_environment::no;  ///< yes: in an environment.yml beside the file
    file_comments comments{};                                     ///< of the file that was read, to be kept
};

struct saved_runconfig {
    std::vector<std::filesystem::path> files{};  ///< all that were written, the run configuration itself first
    std::vector<file_warning> warnings{};
    run_configuration configuration{};  ///< as it is read back: it names the conda file
};

namespace detail {
/// Held alone by whoever writes files into a folder that others share: nobody writes between his look at what is there
/// and his own files. Waits; the kernel lets it go when the process ends. A file system without such locks has none.
class folder_lock {
public:
    explicit folder_lock(std::filesystem::path const& folder)
        : fd_{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {
        while (fd_ && ::flock(fd_.get(), LOCK_EX) != 0 && errno == EINTR) {
        }
    }

private:
    file_descriptor fd_;
};

inline std::string conda_text(json const& conda) {
    std::string text = "# What the script needs, as conda reads it\n";
    for (char const* const key : {"name", "channels", "dependencies"})
        if (!conda[key].is_null() && !conda[key].empty()) append_member(text, 0, key, conda[key]);
    for (auto item = conda.begin(); item != conda.end(); ++item)
        if (table_of<conda_section>().find(item.key()) == nullptr) append_member(text, 0, item.key(), *item);
    return text.back() == '\n' && text.find('\n') + 1 == text.size() ? text + "dependencies: []\n" : text;
}

/// The same value is there already; perhaps with its author's comments.
inline bool says_the_same(std::filesystem::path const& file, std::string const& text) {
    try {
        return is_file(file) && parse_file_text(read_runconfig_text(file), file.string()).value ==
                                    parse_file_text(text, file.string()).value;
    } catch (error const&) {  // what stands there cannot be read
        return false;
    }
}
inline void write_unless_same(std::filesystem::path const& file, std::string const& text) {
    if (says_the_same(file, text)) return;
    make_directories(parent_of(file));
    replace_file(file, text);
}

/// Where packages go, relative to the project's folder. Run configurations share conda_dependencies.yml as long as
/// they say the same; one that says something else gets a file of its own, so that no other's packages change.
inline std::string conda_file_to_write(runconfig_place const& place, std::string const& named,
                                       std::string const& text) {
    constexpr std::string_view shared = "conda_dependencies.yml", own_ending = "_conda_dependencies.yml";
    std::filesystem::path const folder = parent_of(place.file);
    std::filesystem::path const wanted = named.empty() ? folder / shared : place.root / named;
    bool const is_beside =
        wanted.lexically_normal().parent_path() == (folder / shared).lexically_normal().parent_path();
    std::string const name = wanted.filename().string();
    if (!is_beside || (name != shared && !name.ends_with(own_ending))) return named;  // the user's choice
    std::string own = place.file.filename().string();
    if (own.ends_with(runconfig_suffix)) own.resize(own.size() - runconfig_suffix.size());
    own += own_ending;
    std::error_code ignored;
    bool const can_share = name == shared && (!std::filesystem::exists(wanted, ignored) || says_the_same(wanted, text));
    if (!named.empty() && (can_share || name == own)) return named;
    return (folder / (can_share ? std::string{shared} : own)).lexically_relative(place.root).generic_string();
}

/// Another run configuration of the folder has no environment: it is read with the environment.yml beside it.
inline bool others_read_the_environment(std::filesystem::path const& file) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at{parent_of(file), failed}, end; !failed && at != end;
         at.increment(failed)) {
        std::filesystem::path const& other = at->path();
        if (other.filename() == file.filename() || other.extension() != runconfig_suffix || !is_file(other)) continue;
        try {
            document d = parse_file_text(read_runconfig_text(other), other.string());
            modernise(d);
            if (d.value.is_object() && !d.value.contains("environment")) return true;
        } catch (error const&) {  // it cannot be read at all
        }
    }
    return false;
}

/// A file of someone else's must not name what is overwritten elsewhere.
inline void check_inside(std::filesystem::path const& file) {
    if (file.is_relative() && *file.lexically_normal().begin() != "..") return;
    throw error{"EST-108",
                {.what = "the conda file cannot be written there",
                 .where = file.string(),
                 .why = "condaDependenciesFile leads out of the project's folder",
                 .remedy = "name a file in that folder"}};
}

/// environment.yml: the section `environment` of the whole text, its keys at the top.
inline written_runconfig environment_text(json const& environment, file_comments const& comments) {
    written_runconfig written;
    runconfig_writer{comments, written}.section(table_of<environment_section>(), environment, 0, "/environment");
    return written;
}
}  // namespace detail

/// Writes a .runconfig file as Azure's SDK would: into the folder's .azureml (or aml_config) under that name, or to
/// `path` itself if it is no folder. Conda packages go to the file that the configuration names, or to
/// conda_dependencies.yml beside it, or, if that says something else, to <name>_conda_dependencies.yml. load_runconfig
/// reads `configuration` of the result back, and so does Azure's loader. EST-102 text that is not UTF-8; EST-108
/// nowhere to write to; EST-301.
inline saved_runconfig save_runconfig(run_configuration const& c, std::filesystem::path const& path,
                                      std::string const& name = {}, save_options const& options = {}) {
    detail::runconfig_place const place = detail::place_to_save(path, name);
    std::filesystem::path const folder = detail::parent_of(place.file);
    saved_runconfig saved{.configuration = c};
    detail::require_utf8(c);
    python_section& python = saved.configuration.environment.python;
    json all = to_json(c);
    make_directories(folder);
    detail::folder_lock const looks_and_writes_alone{folder};
    std::vector<std::filesystem::path> others;

    if (python.conda_dependencies) {
        std::string const text = detail::conda_text(all["environment"]["python"]["condaDependencies"]);
        if (!python.conda_dependencies_file.empty()) detail::check_inside(python.conda_dependencies_file);
        python.conda_dependencies_file = detail::conda_file_to_write(place, python.conda_dependencies_file, text);
        std::filesystem::path const file = place.root / python.conda_dependencies_file;
        detail::write_unless_same(file, text);
        others.push_back(file);
        all["environment"]["python"]["condaDependenciesFile"] = python.conda_dependencies_file;
        all["environment"]["python"]["condaDependencies"] = nullptr;
    }
    if (options.environment == separate_environment::yes) {
        std::filesystem::path const separate = folder / "environment.yml";
        written_runconfig environment = detail::environment_text(all["environment"], options.comments);
        if (detail::says_the_same(separate, environment.text) || !detail::others_read_the_environment(place.file)) {
            replace_file(separate, environment.text);
            others.push_back(separate);
            saved.warnings = std::move(environment.warnings);
            all.erase("environment");
        } else {
            saved.warnings.push_back({"EST-126", separate.string(),
                                      "another run configuration in this folder is read with this file: the "
                                      "environment is written into " + place.file.filename().string() + " itself"});
        }
    }
    written_runconfig written;
    detail::runconfig_writer writer{options.comments, written};
    writer.section(detail::table_of<run_configuration>(), all, 0, "");
    writer.finish();
    replace_file(place.file, written.text);
    saved.files = {place.file};
    saved.files.insert(saved.files.end(), others.begin(), others.end());
    saved.warnings.insert(saved.warnings.end(), written.warnings.begin(), written.warnings.end());
    detail::warn_of_password(c, saved.warnings);
    return saved;
}

}  // namespace estima::inline v0_1
