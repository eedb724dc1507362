// SPDX-License-Identifier: BSL-1.0
// What is right in the fields that have types of their own to refuse what is wrong: what std::vector and std::optional
// take.
#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <estima/base/secret.hpp>
#include <estima/estimator.hpp>

using namespace estima;

namespace {
using named_pairs = std::vector<std::pair<std::string, std::string>>;

struct becomes_pairs {
    operator named_pairs() const { return {{"a", "b"}}; }
};

named_pairs const two{{"a", "b"}, {"c", "d"}};

static_assert(!std::is_convertible_v<int, given_text> && !std::is_convertible_v<std::nullptr_t, given_text>);
static_assert(!std::is_convertible_v<char, given_text> && !std::is_convertible_v<void*, given_text>);
static_assert(!std::is_convertible_v<std::map<std::string, std::string>, list_of<std::pair<std::string, std::string>>>);
static_assert(!std::is_convertible_v<int, text_field> && !std::is_convertible_v<std::nullptr_t, text_field>);
static_assert(!std::is_convertible_v<char, text_field> && !std::is_convertible_v<void*, text_field>);
static_assert(!std::is_convertible_v<secret, text_field>);
static_assert(!std::is_convertible_v<char const*, optional_of<datastore>>);
static_assert(!std::is_convertible_v<double, optional_of<int>>);
static_assert(std::is_nothrow_move_constructible_v<job_fields> && std::is_copy_assignable_v<job_fields>);
}  // namespace

TEST_CASE("variables and tags are given by braces, pairs, vectors, iterators, and what becomes a vector") {
    std::string const text = "a";
    std::string_view const view = "b";
    char const* const literal = "c";
    std::pair<std::string, std::string> const pair{"c", "d"};
    std::map<std::string, std::string> const map{two.begin(), two.end()};

    CHECK(job_fields{.tags = {{text, view}, {literal, std::filesystem::path{"d"}}}}.tags == two);
    CHECK(job_fields{.tags = {{"a", "b"}, pair}}.tags == two);
    CHECK(job_fields{.tags = {std::make_pair("a", "b"), *map.rbegin()}}.tags == two);
    CHECK(job_fields{.tags = {{"a", {"bcd", 1}}, {{"c"}, {"d"}}}}.tags == two);
    CHECK(job_fields{.tags = two}.tags == two);
    CHECK(job_fields{.tags = named_pairs{two}}.tags == two);
    CHECK(job_fields{.tags = {map.begin(), map.end()}}.tags == two);
    CHECK(job_fields{.environment_variables = {two.data(), two.data() + 2}}.environment_variables == two);
    CHECK(job_fields{.environment_variables = becomes_pairs{}}.environment_variables == named_pairs{{"a", "b"}});
    CHECK(job_fields{.environment_variables = {}}.environment_variables.empty());
}

TEST_CASE("script parameters are given by braces with or without names, and by what is made of them") {
    script_param const verbose{"--verbose", flag};
    std::vector<script_param> const expected{{"--rate", 0.5}, verbose};

    CHECK(job_fields{.script_params = {{"--rate", 0.5}, verbose}}.script_params == expected);
    CHECK(job_fields{.script_params = {{.name = "--rate", .value = 0.5}, verbose}}.script_params == expected);
    CHECK(job_fields{.script_params = expected}.script_params == expected);
    CHECK(job_fields{.script_params = {expected.begin(), expected.end()}}.script_params == expected);
    CHECK(job_fields{.script_params = {verbose}}.script_params.size() == 1);
}

TEST_CASE("inputs are given as datasets, datastores, and by their parts") {
    job_fields const fields{.inputs = {datastore{"blobs"}, dataset{"x"}.as_named_input("y"),
                                       dataset{"x"}.as_named_input("y").as_mount(), {.source = "other", .name = "z"}}};
    REQUIRE(fields.inputs.size() == 4);
    CHECK(fields.inputs[3].source == "other");
    CHECK(job_fields{.inputs = std::vector<data_input>{fields.inputs}}.inputs == fields.inputs);
    CHECK(datastore{"blobs", "runs/7"}.path("best").as_mount() == datastore{"blobs"}.path("runs/7/best").as_mount());
    CHECK(datastore{"blobs", "runs/"}.path("7").as_mount().path == "runs/7");
    CHECK(datastore{"blobs", "runs"}.path("").as_mount().path == "runs");
    CHECK(datastore{"blobs"}.path("").path("runs").path("").as_mount().path == "runs");
    CHECK(datastore{"blobs", "runs"}.path("/7").as_mount().path == "/7");  // which submit refuses
}

TEST_CASE("the lists of a job are vectors, and change as they do") {
    job_fields fields;
    fields.tags = two;
    fields.tags.emplace_back("e", "f");
    fields.tags[0].second += 'b';
    CHECK(fields.tags == named_pairs{{"a", "bb"}, {"c", "d"}, {"e", "f"}});
    fields.tags = {{"g", "h"}};
    named_pairs const copy = fields.tags;
    CHECK(copy == named_pairs{{"g", "h"}});
    job_fields const moved = std::move(fields);
    CHECK(moved.tags == copy);
    fields = moved;
    fields.tags = {};
    CHECK(fields.tags.empty());
    CHECK(moved.tags.size() == 1);
}

TEST_CASE("what may be left out is given and read like a std::optional") {
    job_fields fields{.resume_from = datastore{"blobs", "x"}, .priority = 3};
    CHECK(fields.priority == 3);
    CHECK(fields.priority != 4);
    CHECK(fields.priority == std::optional<int>{3});
    CHECK(std::optional<int>{3} == fields.priority);
    std::optional<int> const priority = fields.priority;
    CHECK(priority == 3);
    CHECK(fields.resume_from->as_mount().path == "x");
    std::optional<datastore> store = fields.resume_from;
    REQUIRE(store);

    job_fields copy = fields;
    fields.resume_from.reset();
    fields.priority = {};
    CHECK_FALSE(fields.resume_from);
    CHECK(fields.priority == std::nullopt);
    CHECK(fields.priority == std::optional<int>{});
    CHECK(fields.priority.value_or(7) == 7);
    CHECK_THROWS_AS(fields.priority.value(), std::bad_optional_access);
    store = fields.resume_from;
    CHECK_FALSE(store);

    REQUIRE(copy.resume_from.has_value());
    fields = std::move(copy);
    REQUIRE(fields.resume_from);
    fields.resume_from = *fields.resume_from;  // of itself
    CHECK((*fields.resume_from).as_mount().source == "blobs");
    fields.resume_from.emplace("other", "y");
    CHECK(fields.resume_from->as_mount() == datastore{"other", "y"}.as_mount());
    fields.resume_from = std::optional<datastore>{};
    CHECK_FALSE(fields.resume_from);
    fields.priority = std::nullopt;
    CHECK_FALSE(fields.priority.has_value());
}

TEST_CASE("names and paths are given by all that is a text, and are strings") {
    std::string const text = "a";
    std::string_view const view = "b";
    char const* const nothing = nullptr;
    estimator<> job{{.source_directory = std::filesystem::path{"c"},
                     .entry_script = view,
                     .display_name = text,
                     .interpreter_path = "d"}};
    CHECK(job.source_directory == "c");
    CHECK(job.entry_script == view);
    CHECK(job.display_name + job.interpreter_path == "ad");
    std::filesystem::path const source = job.source_directory;  // as it would be of a std::string
    CHECK(source / std::filesystem::path{job.interpreter_path} == "c/d");
    job.fields().display_name = nothing;  // as std::getenv gives it
    CHECK(job.display_name.empty());
    job.fields().display_name = {};
    job.fields().display_name += 'x';
    std::string moved = std::move(job.fields().display_name);
    CHECK(moved == "x");
    job.fields().entry_script = moved;
    CHECK(job.entry_script == "x");
}
