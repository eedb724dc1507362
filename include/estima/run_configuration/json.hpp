// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/system/json.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

/// With Azure's key names. A value that is not set is null.
inline json to_json(run_configuration const& c) {
    auto or_null = [](auto const& optional) { return optional ? json(*optional) : json(); };
    return {
        {"script", c.script},
        {"arguments", c.arguments},
        {"target", c.target},
        {"framework", c.framework},
        {"communicator", c.communicator},
        {"nodeCount", c.node_count},
        {"maxRunDurationSeconds", or_null(c.max_run_duration_seconds)},
        {"environment",
         {{"environmentVariables", c.environment.environment_variables},
          {"python",
           {{"userManagedDependencies", c.environment.python.user_managed_dependencies},
            {"interpreterPath", c.environment.python.interpreter_path}}}}},
        {"mpi", {{"processCountPerNode", c.mpi.process_count_per_node}}},
        {"pytorch",
         {{"communicationBackend", c.pytorch.communication_backend.empty() ? json() : json(c.pytorch.communication_backend)},
          {"processCount", or_null(c.pytorch.process_count)}}},
        {"displayName", c.display_name},
        {"tags", c.tags},
    };
}

namespace detail {
/// Reads members of one JSON object into variables; says where a member of another type stands.
class member_reader {
public:
    member_reader(json const& object, std::string path) : object_{object}, path_{std::move(path)} {
        if (!object_.is_object()) fail("", "an object");
    }

    template <class T>
    void read(char const* key, T& value) const {
        if (json const* found = find(key)) assign(key, *found, value);
    }
    template <class T>
    void read(char const* key, std::optional<T>& value) const {
        json const* found = find(key);
        if (found == nullptr) return;
        value.emplace();
        assign(key, *found, *value);
    }
    member_reader section(char const* key) const {
        static json const empty = json::object();
        json const* found = find(key);
        return {found ? *found : empty, name(key)};
    }

private:
    /// A member that is absent or null keeps its default.
    json const* find(char const* key) const {
        auto const place = object_.find(key);
        return place == object_.end() || place->is_null() ? nullptr : &*place;
    }
    template <class T>
    void assign(char const* key, json const& found, T& value) const {
        try {
            found.get_to(value);
        } catch (json::exception const& e) {
            fail(key, e.what());
        }
    }
    void assign(char const* key, json const& found, int& value) const { integer(key, found, value); }
    void assign(char const* key, json const& found, std::int64_t& value) const { integer(key, found, value); }
    template <class Integer>
    void integer(char const* key, json const& found, Integer& value) const {
        if (!found.is_number_integer()) fail(key, "a whole number");
        std::int64_t const wide = found.get<std::int64_t>();
        value = static_cast<Integer>(wide);
        if (value != wide) fail(key, "a number of this size");
    }
    std::string name(std::string_view key) const {
        if (key.empty()) return path_;
        return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
    }
    [[noreturn]] void fail(std::string_view key, std::string_view expected) const {
        throw error{"EST-101", {.what = "this is not a run configuration",
                                .where = name(key),
                                .why = "expected there: " + std::string{expected},
                                .remedy = "write it with estima, or compare it with docs/run_configuration.md"}};
    }

    json const& object_;
    std::string path_;
};
}  // namespace detail

/// The reverse of to_json. Members that are absent or null keep their defaults. EST-101 names the member that has
/// another type than Azure gives it.
inline run_configuration run_configuration_from_json(json const& j) {
    run_configuration c;
    detail::member_reader const top{j, ""};
    top.read("script", c.script);
    top.read("arguments", c.arguments);
    top.read("target", c.target);
    top.read("framework", c.framework);
    top.read("communicator", c.communicator);
    top.read("nodeCount", c.node_count);
    top.read("maxRunDurationSeconds", c.max_run_duration_seconds);
    detail::member_reader const environment = top.section("environment");
    environment.read("environmentVariables", c.environment.environment_variables);
    environment.section("python").read("userManagedDependencies", c.environment.python.user_managed_dependencies);
    environment.section("python").read("interpreterPath", c.environment.python.interpreter_path);
    top.section("mpi").read("processCountPerNode", c.mpi.process_count_per_node);
    top.section("pytorch").read("communicationBackend", c.pytorch.communication_backend);
    top.section("pytorch").read("processCount", c.pytorch.process_count);
    top.read("displayName", c.display_name);
    top.read("tags", c.tags);
    if (c.node_count < 1)
        throw error{"EST-101", {.what = "this is not a run configuration", .where = "nodeCount", .why = "it is below 1"}};
    return c;
}

/// JSON without spaces, its keys sorted: equal configurations have equal text. Bytes that are not UTF-8 cannot be told
/// in JSON: EST-102.
inline std::string canonical_json(run_configuration const& c) {
    try {
        return to_json(c).dump();
    } catch (json::exception const& e) {
        throw error{"EST-102", {.what = "the run configuration holds text that is not UTF-8", .why = e.what(),
                                .remedy = "pass such data in a file of the source directory"}};
    }
}

/// SHA-256 of the canonical JSON, 64 hexadecimal digits.
inline std::string hash(run_configuration const& c) { return sha256_hex(canonical_json(c)); }

}  // namespace estima::inline v0_1
