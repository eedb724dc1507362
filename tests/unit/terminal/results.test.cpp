// SPDX-License-Identifier: BSL-1.0
// Commands of the program `estima` that tell what runs and models are, and copy their files.
#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <estima/terminal/download_files.hpp>
#include <estima/terminal/list_models.hpp>
#include <estima/terminal/list_runs.hpp>
#include <estima/terminal/show_differences.hpp>
#include <estima/terminal/show_metrics.hpp>
#include <estima/terminal/show_run.hpp>
#include <estima/terminal/tag_run.hpp>
#include <estima/tracking/point_store.hpp>
#include <estima/workspace/delete_run.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "seen.hpp"

namespace {
namespace fs = std::filesystem;
namespace terminal = estima::terminal;
using Catch::Contains;
using estima::json;
using estima_test::seen;

struct run_of_three_files : estima_test::fake_run {
    run_of_three_files() {
        start();
        for (char const* name : {"a", "b", "c"}) output(std::string{"outputs/"} + name, "text");
        complete();
    }
};
}  // namespace

TEST_CASE("files that cannot be copied are told, and all others are there") {
    run_of_three_files fake;
    estima_test::write_file(fake.directory().code() / "outputs/a", "t3xt");
    fs::remove(fake.directory().code() / "outputs/c");
    std::string const to = (fake / "there").string();
    seen s;
    CHECK(terminal::download_files(fake.workspace(), {.run = "latest", .directory = to}, s.anew()) == 1);
    CHECK(s.out.str() == "1 file, 4 B, in " + to + "\n");
    CHECK(s.err.str() ==
          "not copied: outputs/a: [EST-504] a file is no longer what was recorded\n"
          "not copied: outputs/c: [EST-504] a file that was recorded is not there any more\n");
    CHECK(estima::read_file(fake / "there/outputs/b") == "text");
    CHECK(terminal::download_files(fake.workspace(), {.run = "latest", .directory = to}, s.anew(true)) == 1);
    json const told = json::parse(s.out.str());
    CHECK(told["files"] == 1);
    CHECK(told["failed"] == json{{{"path", "outputs/a"}, {"id", "EST-504"}, {"why", told["failed"][0]["why"]}},
                                 {{"path", "outputs/c"}, {"id", "EST-504"}, {"why", told["failed"][1]["why"]}}});
    CHECK_THAT(estima_test::error_of([&] {
                   terminal::download_files(fake.workspace(),
                                            {.run = "latest", .paths = {"outputs/c"}, .directory = to}, s.anew());
               }),
               Catch::StartsWith("[EST-504]") && Contains(fake.directory().run_id() + "/code/outputs/c\n"));
}

TEST_CASE("one version of a model is shown with all that is known of it") {
    run_of_three_files fake;
    fake.run().register_model({.name = "m",
                               .path = "outputs",
                               .tags = {{"team", "x\x1B"}},
                               .properties = {{"accuracy", "0.9"}},
                               .description = "two\nlines",
                               .framework = "TensorFlow",
                               .framework_version = "2.3",
                               .datasets = {{"training", "faces"}},
                               .sample_input = "in",
                               .sample_output = "out",
                               .resources = {.cpu = 1.5, .memory_in_gb = 4, .gpu = 1},
                               .stage = estima::model_stage::staging,
                               .aliases = {"best", "old"}});
    seen s;
    terminal::screen on = s.anew();
    on.width = 80;
    for (char const* name : {"m:1", "m:latest", "m@best"}) {
        s.out.str("");
        CHECK(terminal::list_models(fake.workspace(), {.name = name}, on) == 0);
        CHECK_THAT(s.out.str(), Catch::StartsWith("m:1\n  description     two\n                  lines\n"));
        for (char const* part :
             {"  stage           Staging\n", "  aliases         best, old\n", "  size            12 B\n",
              "  framework       TensorFlow 2.3\n", "  team            x\\x1b\n", "  accuracy        0.9\n",
              "  training        faces\n", "  input           in\n", "  output          out\n",
              "  cores           1.5\n", "  memory          4 GB\n", "  GPUs            1\n", "\noutputs/c   4 B"})
            CHECK_THAT(s.out.str(), Contains(part));
        CHECK_THAT(s.out.str(), Contains("  run             " + fake.directory().run_id() + "\n"));
    }
    CHECK(terminal::list_models(fake.workspace(), {.name = "m"}, on) == 0);
    CHECK_THAT(s.out.str(), Contains("model  version"));
}

TEST_CASE("models that a run registered, and that are not there any more, are marked") {
    run_of_three_files fake;
    for (int i = 0; i < 2; ++i) fake.run().register_model({.name = "m", .path = "outputs/a"});
    fake.run().register_model({.name = "n", .path = "outputs/b"});
    fake.workspace().delete_model("m", 1);
    fs::rename(fake.workspace().path() / "models/n", fake / "elsewhere");  // as if the run was imported
    seen s;
    terminal::show_run(fake.workspace(), {.run = "latest"}, s.anew());
    CHECK_THAT(s.out.str(), Contains("  m:1             outputs/a (deleted)\n  m:2             outputs/a\n"
                                     "  n:1             outputs/b (not in this workspace)\n"));
    terminal::show_run(fake.workspace(), {.run = "latest"}, s.anew(true));
    json const models = json::parse(s.out.str())["models"];
    CHECK_FALSE(models[0]["is_there"].get<bool>());
    CHECK(models[1]["is_there"].get<bool>());
    CHECK_FALSE(models[2]["is_there"].get<bool>());
}

TEST_CASE("tags are set in the terminal, all or none, and deleted runs are listed") {
    run_of_three_files fake;
    std::string const id = fake.directory().run_id();
    seen s;
    CHECK(terminal::tag_run(fake.workspace(), {.run = id, .tags = {}}, s.anew()) == 0);
    CHECK(s.err.str() == "The run has no tags.\n");
    CHECK_THAT(estima_test::error_of([&] {
                   terminal::tag_run(fake.workspace(), {.run = id, .tags = {"team=x", "=y"}}, s.anew());
               }),
               Catch::StartsWith("[EST-512]"));
    CHECK(fake.run().get_tags().empty());
    CHECK(terminal::tag_run(fake.workspace(), {.run = id, .tags = {"team=a=b", "best", "note="}}, s.anew()) == 0);
    CHECK(s.out.str() == "best\nnote\nteam=a=b\n");
    CHECK(fake.run().get_tags() ==
          std::map<std::string, std::string>{{"best", ""}, {"note", ""}, {"team", "a=b"}});
    CHECK(terminal::tag_run(fake.workspace(), {.run = id, .tags = {"team=c"}}, s.anew(true)) == 0);
    CHECK(json::parse(s.out.str()) ==
          json{{"run_id", id}, {"tags", {{"best", ""}, {"note", ""}, {"team", "c"}}}});

    terminal::tag_run(fake.workspace(), {.run = id, .tags = {"new"}, .removed = {"team", "note", "no such"}}, s.anew());
    CHECK(s.out.str() == "best\nnew\n");

    terminal::runs_options const deleted{.filter = {}, .columns = {"id"}, .deleted = true};
    CHECK(terminal::list_runs(fake.workspace(), deleted, s.anew()) == 0);
    CHECK(s.err.str() == "No run is deleted.\n");
    delete_run(fake.workspace(), id);
    CHECK(terminal::list_runs(fake.workspace(), deleted, s.anew()) == 0);
    CHECK(s.out.str() == "id\n" + id + "\n");
    CHECK(terminal::list_runs(fake.workspace(), {.filter = ""}, s.anew()) == 0);
    CHECK(s.err.str() == "There are no runs yet.\n");
}

TEST_CASE("numbers that differ look so where runs are compared, and whole ones are whole") {
    using texts = std::vector<std::string>;
    auto const cells = [](std::vector<std::optional<std::string>> values) {
        seen s;
        return terminal::detail::cells_of(
            {.is = estima::run_difference::kind::metric, .name = "m", .values = std::move(values)}, s.anew());
    };
    CHECK(cells({"1234567890.0", "1234567891.0", {}}) == texts{"1234567890", "1234567891", "-"});
    CHECK(cells({"0.12345671", "0.12345672"}) == texts{"0.12345671", "0.12345672"});
    CHECK(cells({"0.5", "NaN", "-Infinity"}) == texts{"0.5", "NaN", "-Infinity"});
    estima::run_difference one{
        .is = estima::run_difference::kind::metric, .name = "m", .values = {"1234567891.0", "NaN", {}}};
    CHECK(terminal::detail::json_values_of(one) == json{1234567891, "NaN", nullptr});
    one.is = estima::run_difference::kind::parameter;
    CHECK(terminal::detail::json_values_of(one) == json{"1234567891.0", "NaN", nullptr});
}

TEST_CASE("points of a metric that is named twice are printed once") {
    run_of_three_files fake;
    estima_test::write_file(fake.directory().metrics() / "rank_0.jsonl", "{\"name\": \"two\", \"value\": 2}\n");
    seen s;
    terminal::show_metrics(fake.workspace(), {.run = "latest", .names = {"two"}}, s.anew());
    std::string const once = s.out.str();
    CHECK_THAT(once, Contains("two"));
    terminal::show_metrics(fake.workspace(), {.run = "latest", .names = {"two", "two"}}, s.anew());
    CHECK(s.out.str() == once);
}

TEST_CASE("a points file whose header is damaged is told with the metrics, and with the run") {
    run_of_three_files fake;
    fs::path const metrics = fake.directory().metrics();
    estima::detail::point_store{(metrics / "rank_0").string()}.add("x", 1, 1);
    fs::path const file = estima::metric_files(metrics).at(0).path;
    std::string const name = "metrics/" + file.filename().string();
    seen s;
    terminal::show_metrics(fake.workspace(), {.run = "latest"}, s.anew());
    CHECK(s.err.str().empty());
    estima_test::write_file(file, estima::read_file(file).replace(8, 4, "XXXX"));
    std::string const what = "its header is damaged, or of a newer version: none of its numbers can be read";
    terminal::show_metrics(fake.workspace(), {.run = "latest"}, s.anew());
    CHECK(s.err.str() == name + ": " + what + "\nThe run has logged nothing that can be read.\n");
    terminal::show_metrics(fake.workspace(), {.run = "latest"}, s.anew(true));
    CHECK(json::parse(s.err.str()) == json{{"warning", {{"what", what}, {"where", name}}}});
    terminal::show_run(fake.workspace(), {.run = "latest"}, s.anew(true));
    CHECK(json::parse(s.out.str())["warnings"] == json{name + ": " + what});
}
