// SPDX-License-Identifier: BSL-1.0
// Commands of the program `estima` in cases that need no program of its own.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <estima/terminal/archive_runs.hpp>
#include <estima/terminal/command_line.hpp>
#include <estima/terminal/interruption.hpp>
#include <estima/terminal/keep_house.hpp>
#include <estima/terminal/show_differences.hpp>
#include <estima/terminal/show_logs.hpp>
#include <estima/terminal/show_run.hpp>
#include <estima/terminal/workspace_to_see.hpp>
#include <estima/tracking/metric_line.hpp>
#include <estima/tracking/point_store.hpp>
#include <estima/workspace/follow_runs.hpp>
#include <estima/workspace/workspace_lock.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"
#include "seen.hpp"

namespace {
namespace fs = std::filesystem;
namespace terminal = estima::terminal;
using estima_test::error_of;
using estima_test::seen;

std::vector<std::string> names_below(fs::path const& folder) {
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator{folder}) names.push_back(entry.path().filename().string());
    return names;
}

/// How many bytes this process reads meanwhile.
template <class Work>
std::uint64_t read_by(Work const& work) {
    auto const read_so_far = [] {
        std::ifstream counters{"/proc/self/io"};
        std::string name;
        std::uint64_t bytes = 0;
        counters >> name >> bytes;
        if (name != "rchar:") throw std::runtime_error{"the kernel does not tell how many bytes were read"};
        return bytes;
    };
    std::uint64_t const before = read_so_far();
    work();
    return read_so_far() - before;
}

struct run_that_printed : estima_test::fake_run {
    run_that_printed() {
        start();
        print("one\n");
        complete();
    }
};
}  // namespace

TEST_CASE("a workspace that this user may not enter is said to be so, and not to be none") {
    estima_test::temporary_directory folder;
    estima_test::ordinary_user const user{folder.path()};
    (void)estima::workspace::open(folder / "w");
    fs::permissions(folder / "w", fs::perms{});
    std::string const told = error_of([&] { (void)terminal::detail::workspace_to_see((folder / "w").string()); });
    fs::permissions(folder / "w", fs::perms{0755});
    CHECK(told.starts_with("[EST-301]"));
    CHECK(told.find("Permission denied") != std::string::npos);
    CHECK(error_of([&] {
              (void)terminal::detail::workspace_to_see((folder / "none").string());
          }).starts_with("[EST-653]"));
}

TEST_CASE("a rank that is named twice is printed once, without its number") {
    run_that_printed fake;
    seen s;
    terminal::show_logs(fake.workspace(), {.run = "latest", .ranks = {0, 0}}, s.on());
    CHECK(s.out.str() == "one\n");
}

TEST_CASE("logs that this user may not read, or that are no files, are not told as if nothing had been written") {
    run_that_printed fake;
    fs::path const file = fake.directory().rank_stdout(0);
    auto const told = [&] {
        seen s;
        return error_of([&] { terminal::show_logs(fake.workspace(), {.run = "latest"}, s.on()); });
    };
    fs::permissions(fake.directory().system_logs(), fs::perms{});
    {
        estima_test::ordinary_user const user{fake / ""};
        std::string const seen_to_be_closed = told();
        CHECK(seen_to_be_closed.starts_with("[EST-301] cannot read " + file.string()));
        CHECK(seen_to_be_closed.find("Permission denied") != std::string::npos);
    }
    fs::permissions(fake.directory().system_logs(), fs::perms{0755});
    fs::remove(file);
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);  // would be waited for
    CHECK(told().starts_with("[EST-301] cannot read " + file.string()));
}

TEST_CASE("where no run is deleted, restore says so") {
    run_that_printed fake;
    seen s;
    CHECK(terminal::restore_runs(fake.workspace(), {}, s.on()) == 0);
    CHECK(s.out.str().empty());
    CHECK(s.err.str() == "No run is deleted.\n");
    delete_run(fake.workspace(), fake.run().id());
    CHECK(terminal::restore_runs(fake.workspace(), {}, s.on()) == 0);
    CHECK(s.out.str() == fake.directory().run_id() + "\n");
}

TEST_CASE("a copy that is interrupted leaves nothing") {
    run_that_printed fake;
    fake.workspace().register_model({.name = "m", .path = fake.directory().journal().string(), .aliases = {"best"}});
    // The copy waits here until the signal is there.
    estima::file_descriptor held{
        ::open((fake.workspace().path() / "models/m/changes.jsonl").c_str(), O_RDWR | O_CLOEXEC)};
    REQUIRE(::flock(held.get(), LOCK_EX) == 0);
    int const signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
    bool const comes_twice = GENERATE(false, true);  // as from `timeout`, to the program and to its group
    fs::create_directory(fake / "there");
    pid_t const child = ::fork();
    if (child == 0) {
        held.reset();
        try {
            seen s;
            terminal::copy_all(fake.workspace(), {(fake / "there/copy").string()}, s.on());
        } catch (terminal::interrupted const& by) {
            by.end_program();
        } catch (...) {
        }
        ::_exit(1);
    }
    while (names_below(fake / "there").empty() && ::kill(child, 0) == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    int status = 0;
    REQUIRE(::kill(child, SIGSTOP) == 0);
    REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    REQUIRE(::kill(child, signal) == 0);
    // Two of the process would be one, of its thread and of itself they are two, and both are there when it goes on.
    if (comes_twice) REQUIRE(::syscall(SYS_tgkill, child, child, signal) == 0);
    REQUIRE(::kill(child, SIGCONT) == 0);
    held.reset();
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == signal));
    CHECK(names_below(fake / "there").empty());
}

TEST_CASE("what waits for the lock of a workspace is ended by the first signal, and leaves nothing") {
    run_that_printed fake;
    export_run(fake.workspace(), fake.run().id(), fake / "run.tar");
    auto const other = estima::workspace::open(fake / "other");
    fs::create_directory(fake / "there");
    bool const copies = GENERATE(true, false);
    int const signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
    estima::detail::workspace_lock const held{(copies ? fake.workspace() : other).path(),
                                              estima::detail::workspace_lock::kind::alone};
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    estima::file_descriptor const begins{ends[0]};
    estima::file_descriptor inherits{ends[1]};
    pid_t const child = ::fork();
    if (child == 0) {
        ::close_range(3, ~0U, 0);  // the lock among them, and the pipe
        try {
            seen s;
            if (copies) terminal::copy_all(fake.workspace(), {(fake / "there/copy").string()}, s.on());
            else terminal::import_archives(other, {{(fake / "run.tar").string()}}, s.on());
        } catch (terminal::interrupted const& by) {
            by.end_program();
        } catch (...) {
        }
        ::_exit(1);
    }
    auto const waits = [&] {
        fs::path const files = "/proc/" + std::to_string(child) + "/fd";
        std::error_code code;
        for (auto const& name : names_below(files))
            if (fs::read_symlink(files / name, code).filename() == "workspace.json") return true;
        return false;
    };
    inherits.reset();
    char none = 0;
    REQUIRE(::read(begins.get(), &none, 1) == 0);  // what it has open from now on it has opened
    while (!waits()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    REQUIRE(::kill(child, signal) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == signal));
    CHECK(names_below(fake / "there").empty());
    CHECK((copies || names_below(other.path() / "runs").empty()));
}

TEST_CASE("a signal that this program is to ignore interrupts nothing, and afterwards all is as before") {
    struct sigaction before {};
    ::sigaction(SIGHUP, nullptr, &before);
    ::signal(SIGHUP, SIG_IGN);
    {
        terminal::interruption const may_come;
        ::raise(SIGHUP);
        CHECK_NOTHROW(may_come.look());
        ::raise(SIGTERM);
        CHECK_THROWS_AS(may_come.look(), terminal::interrupted);
    }
    struct sigaction after {};
    ::sigaction(SIGHUP, nullptr, &after);
    CHECK(after.sa_handler == SIG_IGN);
    ::sigaction(SIGHUP, &before, nullptr);
    terminal::interruption const another;
    CHECK_NOTHROW(another.look());
}

TEST_CASE("a signal that comes half a second after the first ends the program at once, whatever it is at") {
    CHECK_FALSE(terminal::interruption::is_second(std::chrono::nanoseconds{0}));
    CHECK_FALSE(terminal::interruption::is_second(std::chrono::milliseconds{499}));
    CHECK(terminal::interruption::is_second(std::chrono::milliseconds{500}));
    CHECK(terminal::interruption::is_second(std::chrono::hours{1}));
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    estima::file_descriptor const begins{ends[0]};
    estima::file_descriptor inherits{ends[1]};
    pid_t const child = ::fork();
    if (child == 0) {
        terminal::interruption const may_come;
        inherits.reset();
        for (;;) ::pause();  // it never looks
    }
    inherits.reset();
    char none = 0;
    REQUIRE(::read(begins.get(), &none, 1) == 0);
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
        ::kill(child, SIGTERM);
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM));
}

TEST_CASE("who follows the runs of a workspace that is removed ends, and puts nothing into its folder") {
    run_that_printed fake;
    fs::path const folder = fake.workspace().path();
    int pages = 0;
    std::string const told = error_of([&] {
        follow_runs(
            fake.workspace(), {},
            [&](estima::run_page const&) {
                for (std::string const& name : names_below(folder)) fs::remove_all(folder / name);
                return ++pages == 1;
            },
            {.timeout = estima::seconds(60)});
    });
    CHECK(told.starts_with("[EST-653]"));
    CHECK(pages == 1);
    CHECK(names_below(folder).empty());
}

TEST_CASE("names with commas stand in quotes in lists of columns, keys and metrics") {
    run_that_printed fake;
    fake.run().tag("a,b", "found");
    fake.run().tag("c", "too");
    auto const told = [&](std::vector<std::string> words) {
        seen out;
        terminal::command_line line;
        std::reverse(words.begin(), words.end());
        line.app().parse(std::move(words));
        CHECK(line.run(fake.workspace(), out.on()) == 0);
        return out.out.str();
    };
    std::string const columns = told({"runs", "-c", "tags.`a,b`,status,tags.\"c\"", "-o", "tags.`a,b` DESC,tags.c"});
    CHECK(columns.find("a,b") != std::string::npos);
    CHECK(columns.find("found") != std::string::npos);
    CHECK(columns.find("too") != std::string::npos);
    CHECK(told({"runs", "-m", "`x,y`,z"}).find("x,y") != std::string::npos);
    CHECK_THROWS_AS(told({"runs", "-m", "a,,b"}), CLI::ValidationError);
    CHECK_THROWS_AS(told({"runs", "-m", ""}), CLI::ParseError);
    CHECK(error_of([&] { told({"runs", "-c", "tags.`a"}); }).empty());  // a name may begin so
    using parts = std::vector<std::string>;
    CHECK(terminal::parts_of_list("a, `b,``c`,d") == parts{"a", " `b,``c`", "d"});
    CHECK(terminal::parts_of_list("a\"b,c\"") == parts{"a\"b", "c\""});
    CHECK(terminal::without_quotes("`b,``c`") == "b,`c");
    CHECK(terminal::without_quotes("``") == "");
    CHECK(terminal::without_quotes("`") == "`");
}

TEST_CASE("of archives that are imported the good ones are taken, whatever the others are") {
    run_that_printed fake;
    estima_test::temporary_directory const folder;
    auto const file = folder / "run.tar";
    export_run(fake.workspace(), fake.run().id(), file);
    auto const into = estima::workspace::open(folder / "other");
    seen out;
    CHECK(import_archives(into, {{(folder / "missing.tar").string(), file.string()}}, out.on()) == 1);
    CHECK(out.err.str().find("missing.tar") != std::string::npos);
    CHECK(into.runs() == std::vector{fake.run().id()});
}

TEST_CASE("what verify finds is wrapped where a terminal ends, and whole in a file") {
    run_that_printed fake;
    estima_test::write_file(fake.directory().run_configuration(), "{");
    seen s;
    CHECK(terminal::verify_workspace(fake.workspace(), {}, s.anew()) == 1);
    std::string const in_file = s.out.str();
    terminal::screen on = s.anew();
    on.width = 70;  // more than any of its words
    CHECK(terminal::verify_workspace(fake.workspace(), {}, on) == 1);
    std::istringstream lines{s.out.str()}, words{s.out.str()}, all_words{in_file};
    int count = 0;
    for (std::string line; std::getline(lines, line) && !line.starts_with("damaged"); ++count) {
        CHECK(line.size() <= on.width);
        CHECK((line.starts_with("damage  runs/") || line.find_first_not_of(' ') == 8));
    }
    CHECK(count > std::count(in_file.begin(), in_file.end(), '\n') - 1);
    for (std::string word, same; all_words >> word;) CHECK((words >> same && same == word));
}

TEST_CASE("runs are compared though the configuration of one is lost, and that is told") {
    run_that_printed fake;
    fs::remove(fake.directory().run_configuration());
    seen out;
    CHECK(show_differences(fake.workspace(), {{fake.run().id(), fake.run().id()}}, out.on()) == 0);
    CHECK(out.err.str().find("configurations are not compared") != std::string::npos);
    CHECK(out.err.str().find(fake.run().id() + ": [EST-301]") != std::string::npos);
}

TEST_CASE("a run of many outputs is shown, and compared, by reading its journal once") {
    run_that_printed one;
    std::vector<estima::json> outputs;
    for (int i = 0; i < 5000; ++i)
        outputs.push_back({{"event", "artifact"},
                           {"path", "outputs/" + std::to_string(100'000 + i)},
                           {"bytes", i},
                           {"sha256", std::string(64, 'a')}});
    one.journal().append_all(outputs);
    std::uint64_t const size = fs::file_size(one.directory().journal());
    std::string const id = one.run().id();
    seen first, shown, compared;
    terminal::show_run(one.workspace(), {.run = id}, first.on());  // the index reads it, too
    std::uint64_t const read = read_by([&] { terminal::show_run(one.workspace(), {.run = id}, shown.on()); });
    CHECK(read > size);
    CHECK(read < size + size / 2);
    CHECK(shown.out.str() == first.out.str());
    std::uint64_t const by_both = read_by([&] {
        terminal::show_differences(one.workspace(), {.runs = {id, id}}, compared.on());
    });
    CHECK(by_both > 2 * size);
    CHECK(by_both < 2 * size + size / 2);
}

TEST_CASE("many metrics are plotted by a few looks at their files, and look as each of them alone") {
    run_that_printed one;
    std::vector<std::string> names;
    {
        estima::detail::point_store points{one.directory().metrics() / "rank_0"};
        std::ofstream lines{one.directory().metrics_file(1)};
        for (int step = 0; step < 3; ++step)
            for (int i = 1000; i < 1400; ++i) {
                std::string const name = "m" + std::to_string(i);
                if (step == 0) names.push_back(name);
                points.add(name, step * i, step, 1'700'000'000'000'000 + step);
                lines << estima::detail::metric_line(name, estima::metric_number{i * 1.0}, step, 1.6e9 + step);
            }
    }
    std::uint64_t size = 0;
    for (auto const& file : fs::directory_iterator{one.directory().metrics()}) size += file.file_size();
    std::string const id = one.run().id();
    seen by_name, together;
    terminal::show_metrics(one.workspace(), {.run = id, .names = names, .plot = true}, by_name.on());
    CHECK(read_by([&] {
              terminal::show_metrics(one.workspace(), {.run = id, .plot = true}, together.on());
          }) < 20 * size + 1'000'000);
    CHECK(together.out.str().size() > 400 * 100);
    CHECK(together.out.str() == by_name.out.str());
    CHECK(together.err.str() == by_name.err.str());
}

TEST_CASE("many metrics that are named are told by a few looks at their files, in the order they are named") {
    run_that_printed one;
    std::vector<std::string> names;
    {
        estima::detail::point_store points{one.directory().metrics() / "rank_0"};
        std::ofstream lines{one.directory().metrics_file(1)};
        for (int i = 1400; i-- > 1000;) {
            names.push_back("m" + std::to_string(i));
            for (int step = 0; step < 3; ++step) points.add(names.back(), i, step, 1'700'000'000'000'000 + step);
            lines << "{\"name\":\"" << names.back() << "\",\"value\":[1]}\n{\"name\":\"l" << i << "\",\"value\":2}\n";
            if (i % 2 == 0) names.push_back("l" + std::to_string(i));
        }
    }
    std::uint64_t size = 0;
    for (auto const& file : fs::directory_iterator{one.directory().metrics()}) size += file.file_size();
    std::string const id = one.run().id();
    auto const is_plot = GENERATE(false, true), is_json = GENERATE(false, true);
    seen alone, together;
    std::string expected;
    for (std::string const& name : names) {
        terminal::show_metrics(one.workspace(), {.run = id, .names = {name}, .plot = is_plot}, alone.anew(is_json));
        expected += (expected.empty() || is_json ? "" : "\n") + alone.out.str();
    }
    names.push_back(names.front());
    CHECK(read_by([&] {
              terminal::show_metrics(one.workspace(), {.run = id, .names = names, .plot = is_plot},
                                     together.anew(is_json));
          }) < 20 * size + 1'000'000);
    CHECK(together.out.str() == expected);
    names.insert(names.begin() + 1, "none");
    CHECK_THROWS_WITH(terminal::show_metrics(one.workspace(), {.run = id, .names = names, .plot = is_plot},
                                             together.anew(is_json)),
                      Catch::StartsWith("[EST-655]"));
    CHECK(together.out.str().size() > 60);
    CHECK(together.out.str().size() < 2'000);
}
