// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <estima/policy/azure_words.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/runconfig_file/comments.hpp>
#include <estima/runconfig_file/read_runconfig.hpp>
#include <estima/runconfig_file/yaml_text.hpp>

namespace estima::inline v0_1 {

/// A file's text, and what it cannot say.
struct written_runconfig {
    std::string text{};
    std::vector<file_warning> warnings{};
};

namespace detail {
class runconfig_writer {
public:
    runconfig_writer(file_comments const& comments, written_runconfig& into) : comments_{comments}, into_{into} {}

    /// The members that the table has, in its order and each with its comment; then those that it has not.
    void section(field_table const& table, json const& object, std::size_t indent, std::string const& at) {
        for (field_entry const& field : table) {
            auto const found = object.find(std::string{field.key});
            if (found != object.end()) member(field, *found, indent, at);
        }
        for (auto item = object.begin(); item != object.end(); ++item) {
            if (table.find(item.key()) != nullptr) continue;
            std::string pointer = at;
            append_pointer(pointer, item.key());
            comment(pointer, {});
            append_member(into_.text, indent, item.key(), *item);
        }
    }
    void finish() { comment("", {}); }

private:
    void member(field_entry const& field, json const& value, std::size_t indent, std::string const& at) {
        bool const is_unset = value.is_null() || (field.kind == field_kind::text_map && value.empty());
        if (field.written != field_written::always && is_unset) return;
        std::string pointer = at;
        append_pointer(pointer, std::string{field.key});
        if (field.written == field_written::own_when_set)
            into_.warnings.push_back(
                {"EST-123", std::string{field.key}, "this key is estima's own: Azure does not know it"});
        comment(pointer, field.meaning);
        bool const is_section = field.kind == field_kind::section || field.kind == field_kind::optional_section;
        if (value.is_null() || value.empty() || !(is_section || field.kind == field_kind::section_map))
            return append_member(into_.text, indent, std::string{field.key}, value);
        append_key(into_.text, indent, std::string{field.key});
        into_.text += "\n";
        if (is_section) return section(field.inner(), value, indent + 2, pointer);
        for (auto item = value.begin(); item != value.end(); ++item) {
            std::string inner = pointer;
            append_pointer(inner, item.key());
            comment(inner, {});
            append_key(into_.text, indent + 2, item.key());
            into_.text += "\n";
            section(field.inner(), *item, indent + 4, inner);
        }
    }
    /// The user's own, if the file had one there.
    void comment(std::string const& pointer, std::string_view meaning) {
        auto const users = comments_.find(pointer);
        if (users != comments_.end())
            into_.text += users->second;
        else if (!meaning.empty())
            into_.text.append("# ").append(meaning).append("\n");
    }

    file_comments const& comments_;
    written_runconfig& into_;
};

inline void warn_of_password(run_configuration const& c, std::vector<file_warning>& warnings) {
    if (!c.environment.docker.base_image_registry.password.empty())
        warnings.push_back({"EST-122", "environment.docker.baseImageRegistry.password",
                            "the password is not written; null stands in its place"});
}
inline void warn_of_own_words(run_configuration const& c, std::vector<file_warning>& warnings) {
    if (c.framework == native_framework)
        warnings.push_back({"EST-123", "framework", "Native is estima's own word: Azure does not know it"});
    if (c.communicator == multi_worker_communicator)
        warnings.push_back({"EST-123", "communicator",
                            "MultiWorker is estima's own word; Azure's is ParameterServer, without servers"});
}
inline void require_utf8(run_configuration const& c) { (void)canonical_json(c); }
}  // namespace detail

/// The text of a .runconfig file in commented YAML, as Azure's SDK writes it: all keys in its order, a comment at the
/// start of the line above each, what is not set left empty or, for a few keys, out. `comments`, of a file that was
/// read, stand in place of estima's own. EST-102: text that is not UTF-8.
inline written_runconfig runconfig_text(run_configuration const& c, file_comments const& comments = {}) {
    written_runconfig written;
    detail::require_utf8(c);
    detail::runconfig_writer writer{comments, written};
    writer.section(detail::table_of<run_configuration>(), to_json(c), 0, "");
    writer.finish();
    detail::warn_of_own_words(c, written.warnings);
    detail::warn_of_password(c, written.warnings);
    return written;
}

/// The same value as sparse JSON: what differs from the defaults, and the keys whose defaults Azure's own versions do
/// not agree upon, or do not share with estima.
inline written_runconfig runconfig_json_text(run_configuration const& c) {
    written_runconfig written;
    detail::require_utf8(c);
    json sparse = to_sparse_json(c);
    json const all = to_json(c);
    for (char const* const pointer : {"/script", "/environment/environmentVariables", "/environment/docker/shmSize",
                                      "/amlcompute/clusterMaxNodeCount"})
        sparse[json::json_pointer{pointer}] = all[json::json_pointer{pointer}];
    written.text = sparse.dump(2) + "\n";
    detail::warn_of_own_words(c, written.warnings);
    detail::warn_of_password(c, written.warnings);
    return written;
}

}  // namespace estima::inline v0_1
