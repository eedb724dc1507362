// SPDX-License-Identifier: BSL-1.0
#include <estima/workspace/run.hpp>

#include <catch2/catch.hpp>

#include <sys/inotify.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <estima/system/event_loop.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/search_runs.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"

namespace {
namespace fs = std::filesystem;
using estima::run_status;
using estima_test::error_of;
}  // namespace

TEST_CASE("every handle of a run tells the same") {
    estima_test::fake_run fake;
    estima::run const one = fake.run(), other = fake.workspace().run(one.id()), copy = one;
    CHECK(one.status() == run_status::not_started);
    fake.start();
    for (estima::run const* r : {&one, &other, &copy}) CHECK(r->status() == run_status::running);
    one.tag("owner", "ada");
    other.tag("owner", "grace");
    other.tag("urgent");
    CHECK(copy.get_tags() == std::map<std::string, std::string>{{"owner", "grace"}, {"urgent", ""}});
}

TEST_CASE("a property is set once") {
    estima_test::fake_run fake;
    estima::run const run = fake.run();
    run.add_properties({{"data", "v1"}, {"seed", "7"}});
    run.add_property("data", "v1");
    std::string const told = error_of([&] { run.add_property("data", "v2"); });
    CHECK(told.starts_with("[EST-501]"));
    CHECK(told.find("\"v1\"") != std::string::npos);
    CHECK(run.get_properties().at("data") == "v1");
    CHECK(run.get_properties().at("seed") == "7");
    CHECK_FALSE(error_of([&] { run.add_property("ContentSnapshotId", "x"); }).empty());
}

namespace {
/// What this process has read of files so far.
std::uint64_t bytes_read() {
    std::ifstream in{"/proc/self/io"};
    std::string name;
    std::uint64_t bytes = 0;
    in >> name >> bytes;
    return name == "rchar:" ? bytes : 0;
}
}  // namespace

TEST_CASE("who sets many things reads only what is new of a long journal") {
    estima_test::fake_run fake;
    fake.start();
    for (int i = 0; i < 20; ++i) fake.journal().append({{"event", "warning"}, {"message", std::string(100'000, 'x')}});
    estima::run const run = fake.run(), copy = run;
    run.tag("first");
    std::uint64_t const before = bytes_read();
    REQUIRE(before != 0);
    for (int i = 0; i < 20; ++i) {
        std::string const n = std::to_string(i);
        run.tag("a" + n, n);
        copy.add_property("b" + n, n);
        copy.log_parameter("c" + n, n);
    }
    CHECK(bytes_read() - before < 1'000'000);  // the journal has 2 MB, which was read 60 times
    CHECK(run.get_tags().size() == 21);
    CHECK(run.get_parameters().at("c19") == "19");
    CHECK(error_of([&] { copy.add_property("b1", "x"); }).starts_with("[EST-501]"));
    // Somebody else's are known as well, and a journal that was replaced is read anew.
    fake.journal().append({{"event", "property"}, {"name", "theirs"}, {"value", "1"}});
    CHECK(error_of([&] { run.add_property("theirs", "2"); }).starts_with("[EST-501]"));
    std::string const text = estima::read_file(fake.directory().journal());
    estima::replace_file(fake.directory().journal(), text.substr(0, text.find('\n') + 1));
    run.add_property("b1", "x");
    CHECK(run.get_properties().at("b1") == "x");
    CHECK(run.get_tags().empty());
}

TEST_CASE("a tag or property needs a name") {
    estima_test::fake_run fake;
    CHECK(error_of([&] { fake.run().tag("", "x"); }).starts_with("[EST-512]"));
    CHECK(error_of([&] { fake.run().add_property("", "x"); }).starts_with("[EST-512]"));
    CHECK(fake.run().get_tags().empty());
}

TEST_CASE("of several properties none is set if one of them cannot be") {
    estima_test::fake_run fake;
    estima::run const run = fake.run();
    run.add_property("b", "1");
    CHECK(error_of([&] { run.add_properties({{"a", "1"}, {"b", "2"}, {"c", "3"}}); }).starts_with("[EST-501]"));
    CHECK(error_of([&] { run.add_properties({{"a", "1"}, {"", "2"}}); }).starts_with("[EST-512]"));
    CHECK(run.get_properties().count("a") == 0);
    CHECK(run.get_properties().count("c") == 0);
    run.add_properties({{"a", "1"}, {"b", "1"}, {"c", "3"}});
    CHECK(run.get_properties().at("a") + run.get_properties().at("c") == "13");
}

TEST_CASE("text that is not UTF-8 is refused before anything is written") {
    estima_test::fake_run fake;
    estima::run const run = fake.run();
    std::string const before = estima::read_file(fake.directory().journal());
    std::vector<std::function<void()>> const all{
        [&] { run.add_property("k\xff", "v"); },
        [&] { run.add_property("k", "\xff"); },
        [&] { run.add_properties({{"a", "1"}, {"k", "\xff"}}); },
        [&] { run.log_parameter("p\xff", "v"); },
        [&] { run.log_parameter("k", "v\xff"); },
        [&] { run.tag("bad\xff"); },
        [&] { run.tag("bad", "\xfe\xff"); },
        [&] { run.set_display_name("\xff"); },
        [&] { run.set_description("\xff"); },
    };
    for (auto const& refused : all) CHECK(error_of(refused).starts_with("[EST-102]"));
    CHECK(error_of([&] { run.tag("bad\xff"); }).find("\"bad\\xff\"") != std::string::npos);
    CHECK(estima::read_file(fake.directory().journal()) == before);
    run.remove_tag("bad\xff");
    CHECK(estima::read_file(fake.directory().journal()) == before);
}

TEST_CASE("a tag is taken away") {
    estima_test::fake_run fake;
    estima::run const run = fake.run(), other = fake.run();
    run.tag("owner", "ada");
    run.tag("urgent");
    other.remove_tag("owner");
    other.remove_tag("never");
    using tags = std::map<std::string, std::string>;
    CHECK(run.get_tags() == tags{{"urgent", ""}});
    auto found = [&](std::string const& filter) {
        return search_runs(fake.workspace(), {.filter = filter}).runs.size();
    };
    CHECK(found("tags.urgent = ''") == 1);
    CHECK(found("tags.owner = 'ada'") == 0);
    fake.start();
    fake.complete();
    run.remove_tag("urgent");  // what is over is told to the workspace
    CHECK(found("tags.urgent = ''") == 0);
    CHECK(run.get_details().tags.empty());
    run.tag("urgent", "again");
    CHECK(found("tags.urgent = 'again'") == 1);
    CHECK(estima::read_file(fake.directory().journal()).find("never") == std::string::npos);
}

TEST_CASE("an error about a long value tells its begin") {
    estima_test::fake_run fake;
    fake.run().add_property("k", std::string(1'000'000, 'x'));
    std::string const told = error_of([&] { fake.run().add_property("k", std::string(1'000'000, 'y')); });
    CHECK(told.size() < 1000);
    CHECK(told.find("1000000 bytes") != std::string::npos);
}

TEST_CASE("who asks many times reads only what is new of a long journal") {
    estima_test::fake_run fake;
    fake.start();
    for (int i = 0; i < 20; ++i) fake.journal().append({{"event", "warning"}, {"message", std::string(100'000, 'x')}});
    estima::run const run = fake.run();
    run.tag("first");
    CHECK(run.status() == run_status::running);
    fake.complete();
    std::uint64_t const before = bytes_read();
    for (int i = 0; i < 10; ++i) {
        CHECK(run.status() == run_status::completed);
        CHECK(run.get_tags().size() == 1);
    }
    CHECK(bytes_read() - before < 1'000'000);  // the journal has 2 MB
    fake.run().tag("second");
    CHECK(run.get_tags().size() == 2);
}

TEST_CASE("of many that set a property at once, one is right and the others are told") {
    estima_test::fake_run fake;
    std::vector<std::string> told(8);
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < told.size(); ++i)
        all.emplace_back([&, i] { told[i] = error_of([&] { fake.run().add_property("winner", std::to_string(i)); }); });
    for (auto& t : all) t.join();
    std::size_t const winner = std::stoul(fake.run().get_properties().at("winner"));
    for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].empty() == (i == winner));
}

TEST_CASE("details hold what is known") {
    estima_test::fake_run fake{
        {.script = "train.py", .arguments = {"--epochs", "5"}, .display_name = "first", .tags = {{"a", "b"}}}};
    auto const before = fake.run().get_details();
    CHECK(before.status == run_status::not_started);
    CHECK(before.start_time == 0);
    CHECK(before.end_time == 0);
    fake.start();
    fake.print("hello\n");
    fake.output("outputs/m", "model");
    fake.complete();
    auto const d = fake.run().get_details();
    CHECK(d.run_id == fake.directory().run_id());
    CHECK(d.experiment == "digits");
    CHECK(d.display_name == "first");
    CHECK(d.target == "local");
    CHECK(d.status == run_status::completed);
    CHECK(d.created_time > 1.6e9);
    CHECK(d.start_time >= d.created_time);
    CHECK(d.end_time >= d.start_time);
    CHECK(d.duration_seconds(0) == d.end_time - d.created_time);
    CHECK(d.tags.at("a") == "b");
    CHECK(d.run_definition.arguments == std::vector<std::string>{"--epochs", "5"});
    CHECK(d.log_files == std::vector<std::string>{fake.directory().rank_stdout(0).string()});
    REQUIRE(d.artifacts.size() == 1);
    CHECK(d.artifacts[0].path == "outputs/m");
    CHECK(d.warnings.empty());
    CHECK_FALSE(d.error);
}

TEST_CASE("a torn journal and a lost configuration are warnings, not the end") {
    estima_test::fake_run fake;
    fake.start();
    fake.complete();
    estima_test::append_file(fake.directory().journal(), "{\"event\":\"tag\",\"na");
    estima_test::write_file(fake.directory().run_configuration(), "{");
    auto const d = fake.run().get_details();
    CHECK(d.status == run_status::completed);
    REQUIRE(d.warnings.size() == 2);
    CHECK(d.warnings[0].find("1 line of the journal") != std::string::npos);
    CHECK(d.warnings[1].find("configuration") != std::string::npos);
    CHECK(d.warnings[1].starts_with("[EST-101]"));
    CHECK(d.definition_problem.find("damaged") != std::string::npos);
    CHECK(error_of([&] { (void)read_run_definition(fake.directory()); }).starts_with("[EST-101]"));
    fs::remove(fake.directory().run_configuration());
    CHECK(fake.run().get_details().warnings.at(1).starts_with("[EST-301]"));
    fake.run().tag("name", "kept");
    CHECK(fake.run().get_tags().at("name") == "kept");
}

TEST_CASE("cancel asks once, however many ask, and says when it is too late") {
    estima_test::fake_run fake;
    fake.start();
    CHECK(fake.run().cancel({.grace = estima::seconds(2.5)}));
    CHECK(fake.run().cancel());
    auto const record = fake.journal().record();
    CHECK(record.status == run_status::cancel_requested);
    CHECK(record.cancel_grace_seconds == 2.5);
    CHECK(record.status_changes.size() == 5);
    fake.status({run_status::canceled});
    auto const size = fs::file_size(fake.directory().journal());
    CHECK_FALSE(fake.run().cancel());
    CHECK(fs::file_size(fake.directory().journal()) == size);
}

TEST_CASE("a run whose supervisor died is Failed at the next look, and cannot be cancelled any more") {
    for (int look = 0; look < 3; ++look) {
        estima_test::fake_run fake;
        fake.start();
        CHECK(fake.run().status() == run_status::running);
        fake.die();
        if (look == 0) CHECK(fake.run().status() == run_status::failed);
        if (look == 1) CHECK(fake.run().get_details().error->id == "EST-430");
        if (look == 2) CHECK_FALSE(fake.run().cancel());
        CHECK(fake.journal().record().status == run_status::failed);
        CHECK(fs::exists(fake.directory().page()));
    }
}

TEST_CASE("a thousand changes of a run that is over draw few pages, and the last one has them all") {
    estima_test::fake_run fake;
    fake.start();
    estima::file_descriptor const watch{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    REQUIRE(watch);
    REQUIRE(::inotify_add_watch(watch.get(), fake.directory().path.c_str(), IN_MOVED_FROM) >= 0);
    auto const pages_drawn = [&watch] {
        int pages = 0;
        alignas(inotify_event) char buffer[4096];
        for (ssize_t n = 0; (n = ::read(watch.get(), buffer, sizeof buffer)) > 0;)
            for (char const* at = buffer; at < buffer + n; ++pages)
                at += sizeof(inotify_event) + reinterpret_cast<inotify_event const*>(at)->len;
        return pages;
    };
    auto const page_has = [&fake](std::string const& text) {
        return estima::read_file(fake.directory().page()).find(text) != std::string::npos;
    };
    {
        estima::run const early = fake.run();
        early.tag("early");  // of a run that goes on its supervisor draws the page
        CHECK(pages_drawn() == 0);
        fake.complete();
    }
    CHECK(pages_drawn() == 0);
    {
        estima::run const run = fake.run(), copy = run;
        run.tag("atonce");
        CHECK(page_has("atonce"));
        double const begin = estima::monotonic_seconds();
        for (int i = 0; i < 1000; ++i) (i % 2 == 0 ? run : copy).tag("step", "step" + std::to_string(i));
        int const pages = pages_drawn();
        CHECK(pages >= 1);
        CHECK(pages <= 1 + static_cast<int>(estima::monotonic_seconds() - begin));
        CHECK(run.portal_url().ends_with("/index.html"));
        CHECK(page_has("step999"));
        run.tag("lastwords");
    }
    CHECK(page_has("lastwords"));
    CHECK(page_has("early"));
}

TEST_CASE("the page's address can be opened whatever the workspace is called") {
    estima_test::temporary_directory const folder;
    auto const workspace = estima::workspace::open(folder / "my runs #1 100% \xC3\xA4?");
    auto const made = estima::detail::create_run(workspace.path(), "e", {.script = "s"}, "", "/");
    std::string const url = estima::run{made.directory}.portal_url();
    CHECK(url == "file://" + folder.path().string() + "/my%20runs%20%231%20100%25%20%C3%A4%3F/runs/" +
                     made.directory.run_id() + "/index.html");
}

TEST_CASE("metrics of the run are read at any time") {
    estima_test::fake_run fake;
    CHECK(fake.run().get_metrics().empty());
    estima_test::append_file(fake.directory().metrics_file(0), "{\"name\":\"loss\",\"value\":1}\n");
    CHECK(fake.run().get_metrics().last("loss") == 1);
    estima_test::append_file(fake.directory().metrics_file(0),
                             "{\"name\":\"loss\",\"value\":0.5}\n{\"name\":\"acc\",\"value\":1}\n");
    CHECK(fake.run().get_metrics("loss").names() == std::vector<std::string>{"loss"});
    CHECK(fake.run().get_metrics().last("loss") == 0.5);
}

TEST_CASE("files are downloaded one by one or by folder") {
    estima_test::fake_run fake;
    fake.start();
    fake.output("outputs/a.txt", "A");
    fake.output("outputs/check/b.txt", "B");
    fake.output("outputs/checkpoint", "C");
    fake.complete();
    estima::run const run = fake.run();
    CHECK(run.get_file_names() ==
          std::vector<std::string>{"outputs/a.txt", "outputs/check/b.txt", "outputs/checkpoint"});
    CHECK(run.download_file("outputs/a.txt", fake / "copy.txt") == fake / "copy.txt");
    CHECK(estima::read_file(fake / "copy.txt") == "A");
    fs::create_directory(fake / "folder");
    CHECK(run.download_file("outputs/a.txt", fake / "folder") == fake / "folder/a.txt");
    CHECK(run.download_files("outputs/check", fake / "some") == 1);
    CHECK(estima::read_file(fake / "some/outputs/check/b.txt") == "B");
    CHECK(run.download_files("outputs/", fake / "more") == 3);
    CHECK(run.download_files("", fake / "all") == 3);
    CHECK(run.download_files(std::vector<std::string>{"outputs/check", "outputs"}, fake / "twice") == 3);
    CHECK_THAT(error_of([&] {
                   run.download_files(std::vector<std::string>{"outputs", "nowhere"}, fake / "none");
               }),
               Catch::StartsWith("[EST-502] the run has no files below \"nowhere\""));
    CHECK(!std::filesystem::exists(fake / "none"));
    CHECK(error_of([&] { run.download_files("outputs/ch", fake / "x"); }).starts_with("[EST-502]"));
    CHECK(error_of([&] { run.download_file("../../workspace.json", fake / "x"); }).starts_with("[EST-502]"));
    CHECK_FALSE(fs::exists(fake / "x"));
}

TEST_CASE("files of a run that is deleted in the middle are read to the end, and later asked for in vain") {
    estima_test::fake_run fake;
    fake.start();
    for (char const* name : {"outputs/a.txt", "outputs/b.txt", "outputs/c.txt"}) fake.output(name, "A");
    fake.complete();
    estima::run const run = fake.run();
    auto const remove = [&](estima::download_progress const& now) {
        if (now.files == 1) delete_run(fake.workspace(), run.id());
    };
    std::string const told = error_of([&] {
        run.download_files("", fake / "all", {.on_progress = remove, .at_once = 1});
    });
    CHECK(told.empty());
    CHECK(fs::exists(fake / "all/outputs/c.txt"));
    std::string const gone = error_of([&] { run.download_file("outputs/b.txt", fake / "x"); });
    CHECK(gone.starts_with("[EST-307]"));
    CHECK(gone.find("restore_run()") != std::string::npos);
    CHECK(error_of([&] { (void)run.get_file_names(); }).starts_with("[EST-307]"));
    CHECK(error_of([&] { (void)run.get_details(); }).starts_with("[EST-307]"));
    restore_run(fake.workspace(), run.id());
    CHECK(run.download_files("", fake / "all") == 3);
    // What else fails is told as what it is.
    CHECK(error_of([&] { run.download_file("outputs/b.txt", fake / "all/outputs/a.txt/b"); }).starts_with("[EST-301]"));
}

TEST_CASE("a rank that is named twice is shown once") {
    estima_test::fake_run fake;
    fake.start();
    fake.print("one\n");
    fake.complete();
    std::ostringstream out;
    fake.run().wait_for_completion({.show_output = true, .ranks = {0, 0}, .show_status = false, .output = &out});
    CHECK(out.str() == "one\n");
}

TEST_CASE("a run without a journal is none") {
    estima_test::temporary_directory const folder;
    CHECK(error_of([&] { estima::run{estima::run_directory{folder.path()}}; }).starts_with("[EST-647]"));
}

TEST_CASE("a run whose journal was emptied or removed is not told as one that did not start") {
    estima_test::fake_run fake;
    estima::run const run = fake.run();
    bool const is_removed = GENERATE(true, false);
    fake.start();
    fake.die();
    if (is_removed) fs::remove(fake.directory().journal());
    else fs::resize_file(fake.directory().journal(), 0);
    CHECK(error_of([&] { (void)run.status(); }).starts_with("[EST-647]"));
    CHECK(error_of([&] { (void)run.get_details(); }).starts_with("[EST-647]"));
    CHECK(error_of([&] { run.wait_for_completion({.timeout = estima::seconds(100)}); }).starts_with("[EST-647]"));
    CHECK(error_of([&] { (void)fake.workspace().run(run.id()).status(); }).starts_with("[EST-647]"));
    CHECK(fake.workspace().runs() == std::vector{run.id()});
    if (!is_removed) CHECK(fs::file_size(fake.directory().journal()) == 0);  // nothing was made up about its end
}

TEST_CASE("of a journal that has lost its begin the rest is told, with a warning") {
    estima_test::fake_run fake;
    fs::resize_file(fake.directory().journal(), 0);
    fake.start();
    fake.complete();
    auto const d = fake.run().get_details();
    CHECK(d.status == run_status::completed);
    REQUIRE(d.warnings.size() == 1);
    CHECK(d.warnings[0].starts_with("[EST-647]"));
    CHECK(d.created_time == static_cast<double>(estima::parts_of_run_id(d.run_id).seconds));
    CHECK(d.created_time > 0);
    CHECK(d.experiment == "digits");
}

TEST_CASE("a clock that is set back does not make a duration negative") {
    estima::run_details d{};
    d.created_time = 1e9;
    d.end_time = 1e9 - 259197;
    CHECK(d.duration_seconds(0) == 0);
    d.ranks.resize(2);
    d.ranks[1].wall_seconds = 3;
    CHECK(d.duration_seconds(0) == 3);
    d.end_time = 0;
    CHECK(d.duration_seconds(1e9 + 60) == 60);
}
