// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;
using estima::run_status;
using estima_test::error_of;

struct finished_run : estima_test::fake_run {
    finished_run() {
        start();
        output("outputs/model.pkl", "weights");
        output("outputs/net/a.bin", "A");
        output("outputs/net/deep/b.bin", "B");
        output("outputs/network", "N");
        complete();
    }
};
}  // namespace

TEST_CASE("a registered model is found again with all that was said about it") {
    finished_run fake;
    auto const made = fake.run().register_model({.name = "digits",
                                                 .path = "outputs/model.pkl",
                                                 .tags = {{"stage", "test"}},
                                                 .properties = {{"accuracy", "0.9"}},
                                                 .description = "first"});
    CHECK(made.name == "digits");
    CHECK(made.version == 1);
    CHECK(made.id() == "digits:1");
    auto const m = fake.workspace().model("digits");
    CHECK(m.version == 1);
    CHECK(m.run_id == fake.directory().run_id());
    CHECK(m.path == "outputs/model.pkl");
    CHECK(m.description == "first");
    CHECK(m.tags.at("stage") == "test");
    CHECK(m.properties.at("accuracy") == "0.9");
    CHECK(m.created_time > 1.6e9);
    REQUIRE(m.files.size() == 1);
    CHECK(m.files[0].path == "model.pkl");
    CHECK(m.files[0].sha256 == estima::sha256_hex("weights"));
    CHECK(m.folder == fake.workspace().path() / "models/digits/1");
    CHECK(estima::read_file(m.files_directory() / "model.pkl") == "weights");
    auto const models = fake.run().get_details().models;
    REQUIRE(models.size() == 1);
    CHECK(models[0].version == 1);
    CHECK(estima::read_file(fake.directory().page()).find("digits") != std::string::npos);
}

TEST_CASE("the same name again is the next version, and the newest is what a name means") {
    finished_run fake;
    for (int version : {1, 2, 3})
        CHECK(fake.run().register_model({.name = "m", .path = "outputs/model.pkl"}).version == version);
    CHECK(fake.run().register_model({.name = "other", .path = "outputs/network"}).version == 1);
    CHECK(fake.workspace().model("m").version == 3);
    CHECK(fake.workspace().model("m", 2).version == 2);
    auto const all = fake.workspace().models();
    REQUIRE(all.size() == 2);
    CHECK(all[0].id() == "m:3");
    CHECK(all[1].id() == "other:1");
    auto told = [&](std::string const& name, int version) {
        return error_of([&] { (void)fake.workspace().model(name, version); });
    };
    CHECK(told("m", 4).find("there are: 1, 2, 3") != std::string::npos);
    CHECK(told("none", 0).find("there are: m, other") != std::string::npos);
    CHECK(told("../m", 0).starts_with("[EST-507]"));
    CHECK(told("m", -1).starts_with("[EST-507]"));
}

TEST_CASE("many that register at once get a version each") {
    finished_run fake;
    constexpr int threads = 8;
    std::vector<int> versions(threads);
    std::vector<std::thread> all;
    for (int& v : versions)
        all.emplace_back([&] { v = fake.run().register_model({.name = "m", .path = "outputs/model.pkl"}).version; });
    for (auto& t : all) t.join();
    CHECK(std::set<int>(versions.begin(), versions.end()) == std::set<int>{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(fake.workspace().models({.all_versions = true}).size() == threads);
    for (int v : versions) {
        auto const m = fake.workspace().model("m", v);
        CHECK(m.version == v);
        CHECK(estima::read_file(m.files_directory() / "model.pkl") == "weights");
    }
}

TEST_CASE("a folder of outputs is registered with all below it") {
    finished_run fake;
    auto const m = fake.run().register_model({.name = "net", .path = "./outputs//net/"});
    CHECK(m.path == "outputs/net");
    REQUIRE(m.files.size() == 2);
    CHECK(estima::read_file(m.files_directory() / "net/a.bin") == "A");
    CHECK(estima::read_file(m.files_directory() / "net/deep/b.bin") == "B");
    CHECK(m.download(fake / "there") == fake / "there/net");
    CHECK(estima::read_file(fake / "there/net/deep/b.bin") == "B");
    CHECK(fake.run().register_model({.name = "all", .path = "outputs"}).files.size() == 4);
}

TEST_CASE("a path that matches no output, or no path, is an error that lists the outputs") {
    finished_run fake;
    for (char const* const path : {"", "model.pkl", "outputs/netw", "outputs/none", "../outputs/model.pkl", "/", "."}) {
        CAPTURE(path);
        std::string const told = error_of([&] { (void)fake.run().register_model({.name = "m", .path = path}); });
        CHECK(told.starts_with("[EST-506]"));
        CHECK(told.find("outputs/model.pkl, outputs/net/a.bin, outputs/net/deep/b.bin, outputs/network") !=
              std::string::npos);
    }
    CHECK_FALSE(fs::exists(fake.workspace().path() / "models/m"));
    CHECK(error_of([&] {
              (void)fake.run().register_model({.name = "a/b", .path = "outputs"});
          }).starts_with("[EST-305]"));

    estima_test::fake_run without;
    without.start();
    without.complete();
    CHECK(error_of([&] {
              (void)without.run().register_model({.name = "m", .path = "outputs"});
          }).find("the run has no outputs") != std::string::npos);
}

TEST_CASE("models come from runs that are over, failed ones too") {
    estima_test::fake_run fake;
    fake.start();
    fake.output("outputs/m", "x");
    std::string const told = error_of([&] { (void)fake.run().register_model({.name = "m", .path = "outputs/m"}); });
    CHECK(told.starts_with("[EST-505]"));
    CHECK(told.find("Running") != std::string::npos);
    fake.fail({.id = "EST-420", .message = "the script exited with code 3"});
    CHECK(fake.run().register_model({.name = "m", .path = "outputs/m"}).version == 1);
}

TEST_CASE("an output that was changed after the run is not registered, and nothing is left of the attempt") {
    finished_run fake;
    estima_test::write_file(fake.directory().outputs() / "net/deep/b.bin", "changed");
    CHECK(error_of([&] {
              (void)fake.run().register_model({.name = "m", .path = "outputs/net"});
          }).starts_with("[EST-504]"));
    CHECK(fs::is_empty(fake.workspace().path() / "models/m"));
    CHECK(fake.workspace().models().empty());
    CHECK(fake.run().get_details().models.empty());
    CHECK(fake.run().register_model({.name = "m", .path = "outputs/net/a.bin"}).version == 1);
}

TEST_CASE("a model is downloaded whole, checked, and over nothing unless allowed") {
    finished_run fake;
    auto const m = fake.run().register_model({.name = "m", .path = "outputs/model.pkl"});
    CHECK(m.download(fake / "there") == fake / "there/model.pkl");
    CHECK(estima::read_file(fake / "there/model.pkl") == "weights");
    CHECK(error_of([&] { m.download(fake / "there"); }).starts_with("[EST-508]"));
    CHECK(m.download(fake / "there", true) == fake / "there/model.pkl");
    estima_test::write_file(m.files_directory() / "model.pkl", "we1ghts");
    CHECK(error_of([&] { m.download(fake / "elsewhere"); }).starts_with("[EST-504]"));
    CHECK_FALSE(fs::exists(fake / "elsewhere/model.pkl"));
}

TEST_CASE("a damaged description of a model is told") {
    finished_run fake;
    auto const m = fake.run().register_model({.name = "m", .path = "outputs/model.pkl"});
    for (char const* const text :
         {"", "[]", "{\"name\":\"m\"}", "{\"name\":1,\"version\":1,\"path\":\"p\",\"files\":[]}"}) {
        estima_test::write_file(m.folder / "model.json", text);
        std::string const told = error_of([&] { (void)fake.workspace().model("m"); });
        CHECK(told.starts_with("[EST-509]"));
        CHECK(told.find("json.exception") == std::string::npos);
        CHECK(told.find("remedy: ") != std::string::npos);
    }
}

TEST_CASE("a model whose folder this user may not read hides no other one") {
    estima_test::temporary_directory const scratch;
    estima_test::ordinary_user const user{scratch.path()};
    finished_run fake;
    for (char const* const name : {"a", "b"}) fake.run().register_model({.name = name, .path = "outputs/model.pkl"});
    fs::path const closed = fake.workspace().path() / "models/a";
    fs::permissions(closed, fs::perms::none);
    std::vector<std::string> told;
    auto const found =
        fake.workspace().models({.on_damage = [&](estima::error const& e) { told.emplace_back(e.what()); }});
    fs::permissions(closed, fs::perms::owner_all);
    REQUIRE(found.size() == 1);
    CHECK(found[0].id() == "b:1");
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with("[EST-301]"));
}

TEST_CASE("a damaged description of a model hides no other one, and takes the place of none silently") {
    finished_run fake;
    auto const& w = fake.workspace();
    auto const make = [&](char const* name) {
        return fake.run().register_model({.name = name, .path = "outputs/model.pkl"});
    };
    make("a").set_alias("good");
    auto const damaged = make("a");
    make("b");
    bool const is_gone = GENERATE(true, false);
    if (is_gone) fs::remove(damaged.folder / "model.json");
    else estima_test::write_file(damaged.folder / "model.json", "{");
    std::string const id = is_gone ? "[EST-301]" : "[EST-509]";
    CHECK(error_of([&] { (void)w.models(); }).starts_with(id));
    CHECK(error_of([&] { (void)w.model("a"); }).starts_with(id));
    CHECK(w.model("a", "good").version == 1);
    CHECK(w.model("b").version == 1);
    std::vector<std::string> told;
    auto const found = w.models({.on_damage = [&](estima::error const& e) { told.emplace_back(e.what()); }});
    REQUIRE(found.size() == 2);
    CHECK(found[0].id() == "a:1");
    CHECK(found[1].id() == "b:1");
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with(id));
}

TEST_CASE("a version of a model whose description is damaged is deleted like any other") {
    finished_run fake;
    auto const& w = fake.workspace();
    auto const make = [&] { return fake.run().register_model({.name = "a", .path = "outputs/model.pkl"}); };
    make();
    auto damaged = make();
    damaged.set_alias("best");
    bool const is_gone = GENERATE(true, false);
    if (is_gone) fs::remove(damaged.folder / "model.json");
    else estima_test::write_file(damaged.folder / "model.json", "{");
    std::string const refused = error_of([&] { w.delete_model("a", 2); });
    CHECK(refused.starts_with("[EST-640]"));
    CHECK(refused.find("its alias is: best") != std::string::npos);
    CHECK(refused.find("remove_alias") == std::string::npos);  // there is no model to call it of
    w.model("a", 1).set_alias("best");
    w.delete_model("a", 2);
    CHECK_FALSE(fs::exists(damaged.folder));
    CHECK(w.model("a").version == 1);
    CHECK(w.model("a", "best").version == 1);
    CHECK(w.models({.all_versions = true}).size() == 1);
    CHECK(error_of([&] { w.delete_model("a", 1); }).find("or remove_alias() first") != std::string::npos);
    CHECK(error_of([&] { w.delete_model("a", 2); }).starts_with("[EST-507]"));
}
