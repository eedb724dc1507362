// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdarg>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"

namespace {
namespace fs = std::filesystem;
using estima::model_stage;
using estima_test::error_of;
using strings = std::vector<std::string>;

estima::run_configuration configuration_with_inputs() {
    estima::run_configuration c{.script = "train.py"};
    c.data_references["store"] = {.data_store_name = "blobs", .path_on_data_store = "faces"};
    c.data["set"].data_location.dataset = estima::dataset_section{.name = "digits", .version = "3"};
    return c;
}

struct run_with_models : estima_test::fake_run {
    run_with_models() : estima_test::fake_run{configuration_with_inputs()} {
        start();
        output("outputs/model.pkl", "weights");
        output("outputs/net/a", "A");
        output("outputs/net/sub/b", "B");
        complete();
    }
    estima::model add(estima::model_options options = {.name = "m"}) const {
        if (options.path.empty()) options.path = "outputs/model.pkl";
        return run().register_model(options);
    }
};

struct workspace_for_models {
    estima_test::temporary_directory folder{};
    estima::workspace workspace = estima::workspace::open(folder / "workspace");
    fs::path put(std::string const& name, std::string const& text) const {
        estima_test::write_file(folder / name, text);
        return folder / name;
    }
    std::string refusal(std::string const& path, strings const& children = {}) const {
        return error_of([&] { workspace.register_model({.name = "m", .path = path, .child_paths = children}); });
    }
};
}  // namespace

TEST_CASE("a model keeps all that it was registered with, and where it comes from") {
    run_with_models fake;
    fake.add({.name = "m",
              .framework = "ScikitLearn",
              .framework_version = "1.3",
              .datasets = {{"training", "digits:3"}, {"validation", "held out"}},
              .sample_input = "one digit",
              .sample_output = "its class",
              .resources = {.cpu = 0.5, .memory_in_gb = 2, .gpu = 1},
              .stage = model_stage::staging,
              .aliases = {"champion", "best"}});
    auto const m = fake.workspace().model("m");
    CHECK(m.framework == "ScikitLearn");
    CHECK(m.framework_version == "1.3");
    CHECK(m.datasets == std::vector<estima::model_dataset>{{"training", "digits:3"}, {"validation", "held out"}});
    CHECK(m.sample_input == "one digit");
    CHECK(m.sample_output == "its class");
    CHECK(m.resources == estima::model_resources{0.5, 2, 1});
    CHECK(m.stage == model_stage::staging);
    CHECK(m.aliases == strings{"best", "champion"});
    CHECK(m.run_id == fake.directory().run_id());
    CHECK(m.lineage.experiment == "digits");
    CHECK(m.lineage.snapshot_id == std::string(64, '0'));
    CHECK(m.lineage.source_directory == "/source");
    CHECK(m.lineage.inputs == std::map<std::string, std::string>{{"set", "digits:3"}, {"store", "blobs/faces"}});
}

TEST_CASE("tags, stage, description and properties of a version change for all who look") {
    run_with_models fake;
    auto m = fake.add({.name = "m", .tags = {{"team", "x"}}, .properties = {{"accuracy", "0.9"}}});
    auto const other = fake.add();
    m.tag("state", "tried");
    m.tag("state", "good");
    m.remove_tag("team");
    m.add_property("loss", "0.1");
    m.add_property("loss", "0.1");
    m.set_description("words");
    m.set_stage(model_stage::production);
    std::string const changes = estima::read_file(m.folder.parent_path() / "changes.jsonl");
    for (char const* const name : {"accuracy", "loss"})
        CHECK(error_of([&] { m.add_property(name, "1"); }).starts_with("[EST-501]"));
    CHECK(estima::read_file(m.folder.parent_path() / "changes.jsonl") == changes);  // what is refused leaves no trace
    CHECK(error_of([&] { m.tag(""); }).starts_with("[EST-512]"));
    CHECK(error_of([&] { m.add_property("", "x"); }).starts_with("[EST-512]"));
    for (auto const& seen : {m, fake.workspace().model("m", 1)}) {
        CHECK(seen.tags == std::map<std::string, std::string>{{"state", "good"}});
        CHECK(seen.properties == std::map<std::string, std::string>{{"accuracy", "0.9"}, {"loss", "0.1"}});
        CHECK(seen.description == "words");
        CHECK(seen.stage == model_stage::production);
    }
    CHECK(fake.workspace().model("m", other.version).tags.empty());
    CHECK(fake.workspace().model("m", model_stage::production).version == 1);
    std::string const told = error_of([&] { (void)fake.workspace().model("m", model_stage::archived); });
    CHECK(told.starts_with("[EST-507]"));
    CHECK(told.find("the newest version, 2, is at None") != std::string::npos);
}

TEST_CASE("an alias points to one version, and moves") {
    run_with_models fake;
    auto first = fake.add(), second = fake.add();
    first.set_alias("champion");
    CHECK(fake.workspace().model("m", "champion").version == 1);
    second.set_alias("champion");
    CHECK(fake.workspace().model("m", "champion").version == 2);
    CHECK(fake.workspace().model("m", 1).aliases.empty());
    first.remove_alias("champion");  // it is not its own any more
    CHECK(fake.workspace().model("m", "champion").version == 2);
    std::string const told = error_of([&] { (void)fake.workspace().model("m", "best"); });
    CHECK(told.starts_with("[EST-507]"));
    CHECK(told.find("it has: champion (2)") != std::string::npos);
    second.remove_alias("champion");
    CHECK(error_of([&] { (void)fake.workspace().model("m", "champion"); }).find("no aliases") != std::string::npos);
    for (char const* const alias : {"3", "latest"})
        CHECK(error_of([&] { first.set_alias(alias); }).starts_with("[EST-642]"));
    CHECK(error_of([&] { first.set_alias("a/b"); }).starts_with("[EST-305]"));
    CHECK(error_of([&] { fake.add({.name = "m", .aliases = {"7"}}); }).starts_with("[EST-642]"));
}

TEST_CASE("a version is deleted unless an alias points to it, and its number is not given again") {
    run_with_models fake;
    fake.add();
    auto second = fake.add({.name = "m", .aliases = {"best", "champion"}});
    std::string const told = error_of([&] { fake.workspace().delete_model("m", 2); });
    CHECK(told.starts_with("[EST-640]"));
    CHECK(told.find("its aliases are: best, champion") != std::string::npos);
    CHECK(fs::exists(second.folder));
    second.remove_alias("best");
    second.remove_alias("champion");
    fake.workspace().delete_model("m", 2);
    CHECK_FALSE(fs::exists(second.folder));
    CHECK(error_of([&] { (void)fake.workspace().model("m", 2); }).starts_with("[EST-507]"));
    CHECK(error_of([&] { fake.workspace().delete_model("m", 2); }).starts_with("[EST-507]"));
    CHECK(error_of([&] { second.tag("x"); }).starts_with("[EST-507]"));
    CHECK(fake.workspace().model("m").version == 1);
    CHECK(fake.add().version == 3);
    // One whose removal was interrupted is gone all the same, and swept away by the next version.
    estima::detail::model_log log{second.folder.parent_path()};
    log.change([&] { log.append({{"event", "deleted"}, {"version", 1}}); });
    CHECK(fake.workspace().models({.name = "m", .all_versions = true}).size() == 1);
    CHECK(fake.add().version == 4);
    CHECK_FALSE(fs::exists(second.folder.parent_path() / "1"));
    fake.workspace().delete_model("m", 3);
    fake.workspace().delete_model("m", 4);
    CHECK(fake.workspace().models().empty());
    CHECK(fake.add().version == 5);
}

TEST_CASE("the version that is to be deleted has to be named") {
    run_with_models fake;
    fake.add();
    CHECK(error_of([&] { fake.workspace().delete_model("m", 0); }).starts_with("[EST-507]"));
    std::string const no_such = error_of([&] { fake.workspace().delete_model("m", 99); });
    CHECK(no_such.starts_with("[EST-507]"));
    CHECK(no_such.find("remedy: name the one that is to go") != std::string::npos);
    CHECK(fake.workspace().model("m").version == 1);
}

namespace {
/// Deletes a version in the moment in which this thread opens its description, and does `before` first.
class deleted_in_the_middle {
public:
    template <class Before>
    deleted_in_the_middle(fs::path version, Before before) : version_{std::move(version)}, before_{before} {
        waiting = this;
    }
    deleted_in_the_middle(deleted_in_the_middle const&) = delete;
    deleted_in_the_middle& operator=(deleted_in_the_middle const&) = delete;
    ~deleted_in_the_middle() {
        CHECK(waiting == nullptr);
        waiting = nullptr;
    }

    static void is_opened(char const* path) {
        if (waiting == nullptr || waiting->version_ / "model.json" != path) return;
        deleted_in_the_middle const& now = *std::exchange(waiting, nullptr);
        now.before_();
        estima::detail::model_log log{now.version_.parent_path()};
        int const number = std::stoi(now.version_.filename().string());
        log.change([&] { log.append({{"event", "deleted"}, {"version", number}}); });
        fs::remove_all(now.version_);
    }

private:
    static thread_local deleted_in_the_middle* waiting;
    fs::path version_;
    std::function<void()> before_;
};
thread_local deleted_in_the_middle* deleted_in_the_middle::waiting = nullptr;
}  // namespace

// NOLINTNEXTLINE: the system's own name
extern "C" int open(char const* path, int flags, ...) {
    std::va_list more;
    va_start(more, flags);
    mode_t const mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0;
    va_end(more);
    deleted_in_the_middle::is_opened(path);
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

TEST_CASE("a version that is deleted while it is read is as one that was deleted before") {
    run_with_models fake;
    fake.add();
    auto second = fake.add();
    auto const nothing = [] {};
    SECTION("all") {
        deleted_in_the_middle const now{second.folder, nothing};
        strings told;
        auto const found = fake.workspace().models(
            {.all_versions = true, .on_damage = [&](estima::error const& e) { told.emplace_back(e.what()); }});
        CHECK(told.empty());
        REQUIRE(found.size() == 1);
        CHECK(found[0].version == 1);
    }
    SECTION("without damage being asked for") {
        deleted_in_the_middle const now{second.folder, nothing};
        CHECK(fake.workspace().models().at(0).version == 1);
    }
    SECTION("the newest") {
        deleted_in_the_middle const now{second.folder, nothing};
        CHECK(fake.workspace().model("m").version == 1);
    }
    SECTION("by its number") {
        deleted_in_the_middle const now{second.folder, nothing};
        CHECK(error_of([&] { (void)fake.workspace().model("m", 2); }).starts_with("[EST-507]"));
    }
    SECTION("by an alias that moves") {
        second.set_alias("champion");
        deleted_in_the_middle const now{second.folder, [&] { fake.workspace().model("m", 1).set_alias("champion"); }};
        CHECK(fake.workspace().model("m", "champion").version == 1);
    }
}

TEST_CASE("who downloads a version that is deleted in the middle is told so") {
    run_with_models fake;
    auto const net = fake.add({.name = "m", .path = "outputs/net"});
    std::string const told = error_of([&] {
        (void)net.download(fake / "there", false,
                           {.on_progress =
                                [&](estima::download_progress const& now) {
                                    if (now.files == 1) fake.workspace().delete_model("m", 1);
                                },
                            .at_once = 1});
    });
    CHECK(told.starts_with("[EST-507] that version of the model was deleted"));
}

TEST_CASE("models are found by tags, properties, stage and run") {
    run_with_models fake;
    fake.add({.name = "m", .tags = {{"team", "x"}, {"kind", "net"}}, .stage = model_stage::production});
    fake.add({.name = "m", .tags = {{"team", "x"}}, .properties = {{"p", "1"}}});
    fake.add({.name = "m", .tags = {{"team", "y"}}});
    fake.run().register_model({.name = "other", .path = "outputs/net", .tags = {{"team", "x"}}});
    auto const ids = [&](estima::model_query const& query) {
        strings all;
        for (auto const& m : fake.workspace().models(query)) all.push_back(m.id());
        return all;
    };
    CHECK(ids({}) == strings{"m:3", "other:1"});
    CHECK(ids({.name = "m", .all_versions = true}) == strings{"m:1", "m:2", "m:3"});
    CHECK(ids({.tags = {{"team", "x"}}}) == strings{"m:2", "other:1"});
    CHECK(ids({.tags = {{"team", "x"}}, .all_versions = true}) == strings{"m:1", "m:2", "other:1"});
    CHECK(ids({.tags = {{"team", "x"}, {"kind", "net"}}}) == strings{"m:1"});
    CHECK(ids({.properties = {{"p", "1"}}}) == strings{"m:2"});
    CHECK(ids({.stage = model_stage::production}) == strings{"m:1"});
    CHECK(ids({.run_id = fake.directory().run_id()}).size() == 2);
    CHECK(ids({.run_id = "none"}).empty());
    CHECK(ids({.name = "none"}).empty());
}

TEST_CASE("a file or folder on the disk becomes a model, with the checksums of what was copied") {
    workspace_for_models f;
    auto const file = f.workspace.register_model({.name = "m", .path = f.put("model.onnx", "weights").string()});
    CHECK(file.id() == "m:1");
    CHECK(file.run_id.empty());
    REQUIRE(file.files.size() == 1);
    CHECK(file.files[0] == estima::artifact_record{"model.onnx", 7, estima::sha256_hex("weights")});
    f.put("net/b.bin", "B");
    f.put("net/a/c", "C");
    fs::create_symlink("../b.bin", f.folder / "net/a/link");
    auto const folder = f.workspace.register_model({.name = "m", .path = (f.folder / "net/").string()});
    CHECK(folder.version == 2);
    CHECK(folder.download(f.folder / "there") == f.folder / "there/net");
    CHECK(estima::read_file(f.folder / "there/net/a/link") == "B");
    CHECK(estima::read_file(f.folder / "there/net/a/c") == "C");
    std::string const net = (f.folder / "net").string();
    auto const part = f.workspace.register_model({.name = "m", .path = net, .child_paths = {"a/c"}});
    REQUIRE(part.files.size() == 1);
    CHECK(part.files[0].path == "net/a/c");
    CHECK(f.refusal(net, {""}).find("there is no \"\" in it") != std::string::npos);
}

TEST_CASE("what cannot be a model is refused, with the entry that it is for, and leaves nothing") {
    workspace_for_models f;
    CHECK(f.refusal("").starts_with("[EST-641]"));
    CHECK(f.refusal("/").starts_with("[EST-641]"));
    CHECK(f.refusal("/dev/null").starts_with("[EST-641]"));
    CHECK(f.refusal((f.folder / "none").string()).find("No such file") != std::string::npos);
    fs::create_directory(f.folder / "net");
    CHECK(f.refusal((f.folder / "net").string()).find("there are no files in it") != std::string::npos);
    f.put("net/a", "A");
    CHECK(f.refusal((f.folder / "net").string(), {"b"}).find("there is no \"b\" in it") != std::string::npos);
    REQUIRE(::mkfifo((f.folder / "net/pipe").c_str(), 0600) == 0);
    CHECK(f.refusal((f.folder / "net").string()).find("net/pipe\" is not a file") != std::string::npos);
    CHECK(f.refusal((f.folder / "net/pipe").string()).starts_with("[EST-"));
    fs::remove(f.folder / "net/pipe");
    fs::create_symlink("/etc", f.folder / "net/etc");
    CHECK(f.refusal((f.folder / "net").string()).find("net/etc\" is not a file") != std::string::npos);
    fs::remove(f.folder / "net/etc");
    fs::create_symlink("/etc/passwd", f.folder / "net/passwd");
    CHECK(f.refusal((f.folder / "net").string()).starts_with("[EST-503]"));
    CHECK(f.workspace.models().empty());
    if (fs::exists(f.workspace.path() / "models/m")) CHECK(fs::is_empty(f.workspace.path() / "models/m"));
    auto const told = [&](estima::model_options options) {
        options.path = f.put("file", "x").string();
        return error_of([&] { f.workspace.register_model(options); });
    };
    CHECK(told({.name = "m", .framework_version = "1"}).starts_with("[EST-643]"));
    CHECK(told({.name = "m", .resources = {.cpu = -1}}).starts_with("[EST-643]"));
    double const endless = std::numeric_limits<double>::infinity();
    CHECK(told({.name = "m", .resources = {.cpu = endless}}).starts_with("[EST-643]"));
    CHECK(told({.name = "m", .resources = {.memory_in_gb = endless}}).starts_with("[EST-643]"));
    CHECK(told({.name = "m", .datasets = {{"training", ""}}}).starts_with("[EST-643]"));
    CHECK(told({.name = "m", .tags = {{"", "x"}}}).starts_with("[EST-512]"));
    CHECK(told({.name = "m", .properties = {{"", "x"}}}).starts_with("[EST-512]"));
    CHECK(f.workspace.models().empty());
    CHECK(told({.name = "m", .framework = "Onnx", .framework_version = "1"}).empty());
}

TEST_CASE("a model whose resources were written as null can be read: they are not said") {
    workspace_for_models f;
    std::string const path = f.put("file", "x").string();
    auto const m = f.workspace.register_model({.name = "m", .path = path, .resources = {.cpu = 2, .memory_in_gb = 4}});
    auto j = estima::json::parse(estima::read_file(m.folder / "model.json"));
    j["resources"]["memory_in_gb"] = nullptr;
    std::ofstream{m.folder / "model.json"} << j;
    CHECK(f.workspace.model("m").resources == estima::model_resources{.cpu = 2});
    j["resources"]["memory_in_gb"] = "much";
    std::ofstream{m.folder / "model.json"} << j;
    CHECK(error_of([&] { (void)f.workspace.models(); }).starts_with("[EST-509]"));
}

TEST_CASE("what can be no alias is the version that it looks like") {
    workspace_for_models f;
    std::string const path = f.put("file", "x").string();
    for (int i = 0; i < 2; ++i) f.workspace.register_model({.name = "m", .path = path});
    CHECK(f.workspace.model("m", "latest").version == 2);
    CHECK(f.workspace.model("m", "1").version == 1);
    CHECK(error_of([&] { (void)f.workspace.model("m", "3"); }).starts_with("[EST-507]"));
    CHECK(error_of([&] { (void)f.workspace.model("m", "0"); }).starts_with("[EST-507]"));
}

TEST_CASE("parts of a folder of outputs are registered by their names in it") {
    run_with_models fake;
    auto const m = fake.add({.name = "m", .path = "outputs/net", .child_paths = {"sub"}});
    REQUIRE(m.files.size() == 1);
    CHECK(m.files[0].path == "net/sub/b");
    estima::model_options const wrong{.name = "m", .path = "outputs/net", .child_paths = {"a", "none"}};
    std::string const told = error_of([&] { fake.add(wrong); });
    CHECK(told.starts_with("[EST-506] \"none\" matches no output below \"outputs/net\""));
    estima::model_options const empty{.name = "m", .path = "outputs/net", .child_paths = {"sub", ""}};
    CHECK(error_of([&] { fake.add(empty); }).starts_with("[EST-506] \"\" matches no output below \"outputs/net\""));
}

TEST_CASE("changes of a model by a killed writer or a foreign one are passed over") {
    run_with_models fake;
    auto m = fake.add();
    m.tag("a", "1");
    estima_test::append_file(
        m.folder.parent_path() / "changes.jsonl",
        "no json\n[1]\n{\"event\":\"tag\",\"version\":\"x\"}\n{\"event\":\"tag\",\"name\":7}\n{\"event\":\"ta");
    m.tag("b", "2");
    CHECK(fake.workspace().model("m").tags == std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
    // A property stays as it was set first, whoever writes another one.
    m.add_property("p", "1");
    estima_test::append_file(m.folder.parent_path() / "changes.jsonl",
                             "{\"event\":\"property\",\"version\":1,\"name\":\"p\",\"value\":\"2\"}\n");
    CHECK(fake.workspace().model("m").properties == std::map<std::string, std::string>{{"p", "1"}});
}

TEST_CASE("processes that register at once get a version each, while others are deleted") {
    workspace_for_models f;
    std::string const file = f.put("model", "weights").string();
    constexpr int processes = 6, each = 5;
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        pid_t const child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            int code = 0;
            try {
                for (int k = 0; k < each; ++k) {
                    auto const m = f.workspace.register_model({.name = "m", .path = file});
                    std::ofstream{f.folder / ("got_" + std::to_string(m.version)), std::ios::app} << "x";
                    if (k % 2 == 1) f.workspace.delete_model("m", m.version);
                }
            } catch (...) {
                code = 1;
            }
            ::_exit(code);
        }
        children.push_back(child);
    }
    for (pid_t const child : children) {
        int status = 1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    for (int version = 1; version <= processes * each; ++version) {
        CAPTURE(version);
        REQUIRE(fs::exists(f.folder / ("got_" + std::to_string(version))));
        CHECK(fs::file_size(f.folder / ("got_" + std::to_string(version))) == 1);
    }
    CHECK(f.workspace.models({.all_versions = true}).size() == processes * (each - each / 2));
}
