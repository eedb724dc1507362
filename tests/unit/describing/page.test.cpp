// SPDX-License-Identifier: BSL-1.0
// docs/describing.md and docs/runs.md show what is compiled, and leave out nothing that the headers offer.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/estimator.hpp>
#include <estima/rules/facts_of.hpp>
#include <estima/system/files.hpp>
#include <support/page_examples.hpp>
#include <support/source_folder.hpp>

namespace {
using estima_test::lines_of;
using texts = std::vector<std::string>;

std::filesystem::path const tests{estima_test::source_folder()};
std::filesystem::path const root = tests.parent_path();
std::filesystem::path const headers = root / "include/estima";

std::string text_of(std::filesystem::path const& file) { return estima::read_file(file); }

/// Names of the types at namespace scope of a header, without those in detail.
texts types_in(std::string const& header) {
    std::regex const type{"(?:struct|class|enum class) (\\w+)(?!\\w*;).*"};
    texts found;
    bool is_detail = false;
    for (std::string const& line : lines_of(header)) {
        if (line.starts_with("namespace ") && line.find("detail {") != line.npos) is_detail = true;
        if (line.starts_with("}  // namespace")) is_detail = false;
        std::smatch match;
        if (!is_detail && std::regex_match(line, match, type)) found.push_back(match[1]);
    }
    return found;
}

/// The lines of a type's definition that others can see.
texts public_lines(std::string const& header, std::string const& type) {
    std::regex const start{"(struct|class) " + type + "( :.*)? \\{"};
    texts lines;
    bool is_inside = false, is_public = true;
    for (std::string const& line : lines_of(header)) {
        if (line.starts_with("};")) is_inside = false;
        if (line == "private:") is_public = false;
        if (is_inside && is_public) lines.push_back(line);
        if (std::regex_match(line, start)) is_inside = is_public = true;
    }
    return lines;
}

struct member {
    std::string type, name;
};

/// Data members, in their order: "    std::string name{}, other = "";  ///< comment".
std::vector<member> members_of(std::string const& header, std::string const& type) {
    std::string const initialiser = "(?:\\{[^}]*\\}| = [^,;]+)?";
    std::regex const declaration{"    ([\\w:]+(?:<[^;=(]*>)?\\*?) (\\w+" + initialiser + "(?:, \\w+" + initialiser +
                                 ")*);(?: .*)?"};
    std::regex const declarator{"(?:^|, )(\\w+)" + initialiser};
    std::vector<member> found;
    for (std::string const& line : public_lines(header, type)) {
        std::smatch match;
        if (!std::regex_match(line, match, declaration)) continue;
        std::string const names = match[2];
        for (std::sregex_iterator one{names.begin(), names.end(), declarator}, end; one != end; ++one)
            found.push_back({match[1], (*one)[1]});
    }
    return found;
}

/// Names of member functions, constructors left out.
texts functions_of(std::string const& header, std::string const& type) {
    std::regex const declaration{"    (?! )[^(=;/]*?(\\w+)\\(.*"};
    texts found;
    for (std::string const& line : public_lines(header, type)) {
        std::smatch match;
        if (std::regex_match(line, match, declaration) && match[1] != type && match[1] != "void")
            found.push_back(match[1]);
    }
    return found;
}

/// What stands between backticks, in order.
texts code_in(std::string const& text) {
    texts found;
    std::size_t at = 0;
    while ((at = text.find('`', at)) != text.npos) {
        std::size_t const end = text.find('`', at + 1);
        if (end == text.npos) break;
        found.push_back(text.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return found;
}

/// Words of a page that stand between backticks.
std::set<std::string> words_of_code(std::string const& page) {
    std::regex const name{"\\w+"};
    std::set<std::string> words;
    for (std::string const& line : lines_of(page))
        for (std::string const& code : code_in(line))
            words.insert(std::sregex_token_iterator{code.begin(), code.end(), name}, std::sregex_token_iterator{});
    return words;
}

texts cells_of(std::string const& row) {
    texts cells;
    for (std::size_t at = 1, end; (end = row.find('|', at)) != row.npos; at = end + 1) {
        std::size_t const first = row.find_first_not_of(' ', at), last = row.find_last_not_of(' ', end - 1);
        cells.push_back(first < end ? row.substr(first, last + 1 - first) : "");
    }
    return cells;
}

/// Rows of all tables whose last column is called "example", the one with the names left out.
std::vector<texts> rows_with_examples(std::string const& page) {
    std::vector<texts> rows;
    bool is_inside = false;
    for (std::string const& line : lines_of(page)) {
        if (!line.starts_with('|')) is_inside = false;
        else if (line.ends_with("| example |")) is_inside = true;
        else if (is_inside && !line.starts_with("|---")) rows.push_back(cells_of(line));
    }
    return rows;
}

/// Without comments, and with one blank for any number of them.
std::string compiled_text(std::string const& source) {
    std::string text;
    for (std::string const& line : lines_of(source))
        for (char const c : line.substr(0, line.find("//")) + " ")
            if (c != ' ' || (!text.empty() && text.back() != ' ')) text += c;
    return text;
}

/// Of all policies, their attributes and parts.
std::vector<std::filesystem::path> describing_headers() {
    std::vector<std::filesystem::path> files;
    for (char const* const name : {"capacity", "node_count", "placement", "retries"})
        files.push_back(headers / "policy" / (std::string{name} + ".hpp"));
    for (char const* const folder : {"framework", "compute", "distribution", "environment"})
        for (auto const& file : std::filesystem::directory_iterator{headers / folder}) files.push_back(file.path());
    return files;
}

/// The attributes of those headers, by what takes them: "compute_target_slot", "slurm<>".
std::map<std::string, std::set<std::string>> attributes_by_taker() {
    std::regex const start{"struct (\\w+) \\{"}, taken{"    using taken_by = (.*);"};
    std::map<std::string, std::set<std::string>> attributes;
    for (auto const& file : describing_headers()) {
        std::string type;
        for (std::string const& line : lines_of(text_of(file))) {
            std::smatch match;
            if (std::regex_match(line, match, start)) type = match[1];
            if (std::regex_match(line, match, taken)) attributes[match[1]].insert(type);
        }
    }
    return attributes;
}

std::string listed(auto const& names, std::string const& quote) {
    std::string text;
    for (auto const& one : names) text.append(text.empty() ? "" : ", ").append(quote).append(one).append(quote);
    return text;
}
}  // namespace

TEST_CASE("docs/describing.md, docs/runs.md and docs/history.md show the examples that are compiled, each once") {
    std::map<std::string, std::string> const compiled = estima_test::examples_in(tests / "unit/describing");
    CHECK(compiled.size() > 10);
    std::map<std::string, int> shown;
    for (char const* const name : {"docs/describing.md", "docs/runs.md", "docs/history.md"}) {
        INFO(name);
        estima_test::filled_page const filled = estima_test::fill(text_of(root / name), compiled);
        if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) estima::replace_file(root / name, filled.text);
        CHECK(text_of(root / name) == filled.text);
        CHECK(filled.unknown.empty());
        CHECK(filled.other_cpp_blocks == 0);
        for (std::string const& one : filled.names) ++shown[one];
    }
    for (auto const& [name, example] : compiled) {
        INFO("example " << name);
        CHECK(shown[name] == 1);
        for (std::string const& line : lines_of(example)) CHECK(line.size() <= 120);
    }
}

TEST_CASE("the examples in the tables of docs/describing.md are compiled") {
    std::string const compiled = compiled_text(text_of(tests / "unit/describing/describing.test.cpp"));
    std::vector<texts> const rows = rows_with_examples(text_of(root / "docs/describing.md"));
    CHECK(rows.size() > 60);
    for (texts const& row : rows) {
        INFO(row.front());
        texts const examples = code_in(row.back());
        REQUIRE(examples.size() == 1);
        CHECK(row.back() == "`" + examples[0] + "`");
        INFO(examples[0]);
        CHECK(compiled.find(examples[0]) != compiled.npos);
    }
}

TEST_CASE("docs/describing.md names every policy, attribute, part and unit that the headers have") {
    std::string const page = text_of(root / "docs/describing.md");
    std::set<std::string> const words = words_of_code(page);
    std::size_t count = 0;
    for (auto const& file : describing_headers())
        for (std::string const& type : types_in(text_of(file))) {
            INFO(type << " in " << file);
            CHECK(words.contains(type));
            ++count;
        }
    CHECK(count > 40);

    std::regex const literal{"operator\"\"(_\\w+)"};
    for (char const* const name : {"base/duration.hpp", "base/bytes.hpp"}) {
        std::string const header = text_of(headers / name);
        for (std::sregex_iterator one{header.begin(), header.end(), literal}, end; one != end; ++one) {
            INFO(one->str());
            CHECK(words.contains((*one)[1]));
        }
    }
    for (member const& one : members_of(text_of(headers / "estimator/data_input.hpp"), "data_input")) {
        INFO("data_input::" << one.name);
        CHECK(words.contains(one.name));
    }
}

TEST_CASE("docs/describing.md lists all attributes that each target and each backend takes") {
    std::map<std::string, std::set<std::string>> const attributes = attributes_by_taker();
    CHECK(attributes.at("compute_target_slot").contains("retries"));
    CHECK(attributes.at("distribution_backend_slot").contains("bind_to"));
    std::vector<texts> const rows = rows_with_examples(text_of(root / "docs/describing.md"));
    auto const shown = [&rows](std::string const& policy) {
        for (texts const& row : rows)
            if (row[0].starts_with("`" + policy + "`")) {
                texts const words = code_in(row[1]);
                return std::set<std::string>(words.begin(), words.end());
            }
        return std::set<std::string>{};
    };
    for (std::string const policy : {"ssh_hosts", "slurm", "aml_compute"}) {
        INFO(policy);
        std::set<std::string> taken = attributes.at("compute_target_slot");
        if (auto const own = attributes.find(policy + "<>"); own != attributes.end())
            taken.insert(own->second.begin(), own->second.end());
        CHECK(shown(policy) == taken);
    }
    std::set<std::string> const of_roles{"worker_count", "parameter_server_count"};
    for (std::string const policy : {"mpi", "gloo", "nccl", "parameter_server", "multi_worker"}) {
        INFO(policy);
        std::set<std::string> taken = attributes.at("distribution_backend_slot");
        if (policy == "parameter_server" || policy == "multi_worker") taken.erase("process_count_per_node");
        else for (std::string const& one : of_roles) taken.erase(one);  // EST-046
        if (policy == "multi_worker") taken.erase("parameter_server_count");
        CHECK(shown(policy) == taken);
    }
}

TEST_CASE("fwd.hpp declares every policy, attribute and part") {
    std::string const declared = text_of(headers / "fwd.hpp");
    std::size_t count = 0;
    for (auto const& file : describing_headers())
        for (std::string const& type : types_in(text_of(file))) {
            if (type == "image_registry" || type.starts_with("include_")) continue;  // what users do not name
            INFO(type << " in " << file);
            CHECK(std::regex_search(declared, std::regex{"\n(struct|class) " + type + ";"}));
            ++count;
        }
    CHECK(count > 45);
}

TEST_CASE("docs/describing.md lists the fields of a job in their order, with their types") {
    std::vector<member> const fields = members_of(text_of(headers / "estimator/job_fields.hpp"), "job_fields");
    CHECK(fields.size() >= 16);
    std::string const page = text_of(root / "docs/describing.md");
    std::size_t const table = page.find("\n| field | type |");
    REQUIRE(table != page.npos);
    texts const lines = lines_of(page.substr(table + 1));
    REQUIRE(lines.size() > fields.size() + 2);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        texts const cells = cells_of(lines[i + 2]);
        INFO(lines[i + 2]);
        CHECK(cells.at(0) == "`" + fields[i].name + "`");
        CHECK(cells.at(1) == "`" + fields[i].type + "`");
        CHECK(code_in(cells.back()).at(0).starts_with("." + fields[i].name + " = "));
    }
    CHECK(lines[fields.size() + 2].empty());
}

TEST_CASE("docs/describing.md tells the known versions and the backends of each framework") {
    using namespace estima;
    std::vector<texts> const rows = rows_with_examples(text_of(root / "docs/describing.md"));
    for (facts const& f :
         {facts_of<generic>(), facts_of<scikit_learn<>>(), facts_of<pytorch<>>(), facts_of<tensorflow<>>(),
          facts_of<chainer<>>(), facts_of<xgboost<>>(), facts_of<lightgbm<>>(), facts_of<native>()}) {
        std::string const start = "`" + std::string{f.framework.name} + "`";
        auto const is_its = [&start](texts const& row) { return row[0].starts_with(start); };
        auto const row = std::find_if(rows.begin(), rows.end(), is_its);
        INFO(start);
        REQUIRE(row != rows.end());
        std::vector<std::string_view> versions;
        for (framework_version const& one : f.framework.versions) versions.push_back(one.version);
        CHECK(row->at(1) == listed(versions, ""));
        CHECK(row->at(2) == listed(f.framework.backends, "`"));
        CHECK((row->at(0).find("one node") != std::string::npos) == f.framework.trains_on_one_node);
    }
}

TEST_CASE("docs/runs.md names every member of what a workspace gives") {
    std::set<std::string> const words = words_of_code(text_of(root / "docs/runs.md"));
    std::size_t count = 0;
    for (auto const& [file, type] :
         std::vector<std::pair<char const*, char const*>>{{"workspace/workspace.hpp", "workspace"},
                                                          {"workspace/experiment.hpp", "experiment"},
                                                          {"workspace/submit.hpp", "submit_options"},
                                                          {"snapshot/limits.hpp", "snapshot_limits"},
                                                          {"workspace/plan.hpp", "plan_options"},
                                                          {"workspace/run.hpp", "run"},
                                                          {"workspace/run.hpp", "cancel_options"},
                                                          {"workspace/model_options.hpp", "model_options"},
                                                          {"workspace/model_options.hpp", "model_dataset"},
                                                          {"workspace/model_options.hpp", "model_resources"},
                                                          {"workspace/find_models.hpp", "model_query"},
                                                          {"workspace/model.hpp", "model_lineage"},
                                                          {"workspace/wait.hpp", "wait_options"},
                                                          {"workspace/model.hpp", "model"},
                                                          {"history/run_details.hpp", "run_details"},
                                                          {"history/run_details.hpp", "run_failed"},
                                                          {"history/run_record.hpp", "run_error"},
                                                          {"history/run_record.hpp", "rank_record"},
                                                          {"history/host_record.hpp", "host_record"},
                                                          {"history/run_record.hpp", "artifact_record"},
                                                          {"history/run_record.hpp", "model_record"},
                                                          {"history/download.hpp", "download_options"},
                                                          {"history/download.hpp", "download_progress"},
                                                          {"history/run_directory.hpp", "run_directory"},
                                                          {"history/metrics.hpp", "logged"},
                                                          {"history/metrics.hpp", "run_metrics"},
                                                          {"history/metric_history.hpp", "history_options"}}) {
        std::string const header = text_of(headers / file);
        texts names = functions_of(header, type);
        for (member const& one : members_of(header, type)) names.push_back(one.name);
        INFO(type);
        CHECK_FALSE(names.empty());
        for (std::string const& name : names) {
            INFO(name);
            CHECK(words.contains(name));
        }
        count += names.size();
    }
    CHECK(count > 110);
}

TEST_CASE("docs/history.md names every member of what a search takes and gives") {
    std::set<std::string> const words = words_of_code(text_of(root / "docs/history.md"));
    std::size_t count = 0;
    for (auto const& [file, type] : std::vector<std::pair<char const*, char const*>>{
             {"index/run_filter.hpp", "run_query"}, {"index/run_summary.hpp", "run_summary"},
             {"index/run_summary.hpp", "metric_summary"}, {"index/run_index.hpp", "run_index"},
             {"workspace/follow_runs.hpp", "follow_options"}}) {
        std::string const header = text_of(headers / file);
        texts names = functions_of(header, type);
        for (member const& one : members_of(header, type)) names.push_back(one.name);
        INFO(type);
        CHECK_FALSE(names.empty());
        for (std::string const& name : names) {
            INFO(name);
            CHECK(words.contains(name));
        }
        count += names.size();
    }
    CHECK(count >= 30);
}

TEST_CASE("what the headers offer is found in their text") {
    std::string const header =
        "struct named;\n"
        "namespace detail {\nstruct hidden {};\n}  // namespace detail\n"
        "/// A type.\ntemplate <int N>\nstruct shown {\n"
        "    static constexpr int x() { return N; }\n};\n"
        "class job : public base {\npublic:\n"
        "    explicit job(int n) : n_{n} {}\n"
        "    /// comment(s)\n"
        "    std::map<std::string, int> tags{}, more;  ///< see find()\n"
        "    duration grace = seconds(10);\n"
        "    bool operator==(job const&) const = default;\n"
        "    static job open() { return open(1); }\n"
        "    other_type get(int a = 1,\n            int b = 2) const {\n        return f(b);\n    }\n"
        "private:\n    int n_ = 0;\n    void secret() {}\n};\n"
        "enum class colour { red };\n";
    CHECK(types_in(header) == texts{"shown", "job", "colour"});
    CHECK(functions_of(header, "job") == texts{"open", "get"});
    texts names;
    for (member const& one : members_of(header, "job")) names.push_back(one.type + " " + one.name);
    CHECK(names == texts{"std::map<std::string, int> tags", "std::map<std::string, int> more", "duration grace"});
    CHECK(words_of_code("a `b_c<\"d\">` e\n`f`") == std::set<std::string>{"b_c", "d", "f"});
    std::string const page = "| a | | example |\n|---|---|---|\n| b d | | `c` |\n\n| x |\n| y |\n";
    CHECK(rows_with_examples(page) == std::vector<texts>{texts{"b d", "", "`c`"}});
    CHECK(compiled_text("a,\n    b;  // c\n") == "a, b; ");
}
