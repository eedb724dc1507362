// SPDX-License-Identifier: BSL-1.0
// Lines of journals that are longer than any that is written: nobody who reads them keeps them in memory.
#include <catch2/catch.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <estima/history/lines.hpp>
#include <estima/launcher/run_result.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/search_runs.hpp>

#include "../../support/fake_run.hpp"
#include "../../support/grown_memory.hpp"

namespace {
namespace fs = std::filesystem;
using estima_test::append_file;
using estima_test::grown_megabytes;

/// A run that is over, with a line of so many bytes in its journal, and a tag after it.
struct run_with_long_line : estima_test::fake_run {
    static void append_hole(fs::path const& file, std::size_t bytes) {
        fs::resize_file(file, fs::file_size(file) + bytes);
    }
    static std::string tag_line(std::string const& name) {
        return R"({"event":"tag","name":")" + name + "\",\"value\":\"v\"}\n";
    }
    explicit run_with_long_line(std::size_t bytes) {
        start();
        complete();
        append_hole(directory().journal(), bytes);
        append_file(directory().journal(), "\n" + tag_line("after"));
    }
    void index() const {
        fs::remove(workspace().path() / "index.sqlite");
        if (search_runs(workspace(), "tags.after = 'v'").size() != 1) throw std::runtime_error{"not found"};
    }
    void copy() const {
        fs::remove_all(*this / "there");
        if (copy_workspace(workspace(), *this / "there").runs != 1) throw std::runtime_error{"not copied"};
    }
};
}  // namespace

TEST_CASE("a line of a journal that is too long costs no memory, however long it is") {
    run_with_long_line const shorter{estima::longest_event + 1'000'000}, longer{12 * estima::longest_event};
    CHECK(grown_megabytes([&] { longer.index(); }) < grown_megabytes([&] { shorter.index(); }) + 64);
    CHECK(grown_megabytes([&] { longer.copy(); }) < grown_megabytes([&] { shorter.copy(); }) + 64);
}

TEST_CASE("what follows a line that is too long is in the index, also when that line ends later") {
    run_with_long_line const made{estima::longest_event + 1};
    made.index();
    fs::path const journal = made.directory().journal();
    auto const has = [&](std::string const& name) {
        estima::change_log{made.workspace().path()}.add(made.directory().run_id());
        return search_runs(made.workspace(), "tags." + name + " = 'v'").size() == 1;
    };
    append_file(journal, made.tag_line("next"));
    CHECK(has("next"));
    made.append_hole(journal, 2 * estima::longest_event);
    CHECK(has("after"));
    made.append_hole(journal, 1);
    CHECK(has("after"));
    append_file(journal, "\n" + made.tag_line("last"));
    CHECK(has("last"));
    append_file(journal, made.tag_line("later"));
    CHECK(has("later"));
    CHECK(has("after"));
}

TEST_CASE("a line that is as long as one may be is in the index, and one byte more is not") {
    run_with_long_line const made{1};
    for (std::size_t const more : {0U, 1U}) {
        std::string const begin = R"({"event":"tag","value":"v","name":"t)" + std::to_string(more) + R"(","x":")";
        append_file(made.directory().journal(),
                    begin + std::string(estima::longest_event + more - begin.size() - 2, 'x') + "\"}\n");
    }
    CHECK(search_runs(made.workspace(), "tags.t0 = 'v'").size() == 1);
    CHECK(search_runs(made.workspace(), "tags.t1 = 'v'").empty());
}

TEST_CASE("the copy of a journal ends with its last whole line, however long what follows is") {
    run_with_long_line const made{10};
    auto const whole = fs::file_size(made.directory().journal());
    for (std::size_t const torn : {0U, 1U, 4095U, 4096U, 4097U, 100'000U}) {
        made.append_hole(made.directory().journal(), torn);
        made.copy();
        CHECK(fs::file_size(made / "there/runs" / made.directory().run_id() / "events.jsonl") == whole);
        fs::resize_file(made.directory().journal(), whole);
    }
}

TEST_CASE("lines that are longer than asked for are passed over, and the others told with their places") {
    estima_test::temporary_directory const folder;
    fs::path const file = folder / "lines";
    estima_test::write_file(file, "abcd\nabcde\n\nabcdefghijklmnop\nxyz\nabcdefghijk");
    auto const fd = estima::open_file(file, O_RDONLY);
    for (std::size_t const piece : {1U, 2U, 3U, 7U, 100U}) {
        std::vector<std::string> told;
        auto const take = [&](std::string_view line, bool is_ended, std::uint64_t begin) {
            told.push_back(std::string{line} + (is_ended ? " " : "... ") + std::to_string(begin));
            return true;
        };
        estima::for_each_line_from(fd.get(), file, 0, piece, take, 4);
        CHECK(told == std::vector<std::string>{"abcd 0", " 11", "xyz 29"});
    }
}

TEST_CASE("how ranks ended is read from a journal with a line that is too long") {
    run_with_long_line const made{estima::longest_event + 1};
    append_file(made.directory().journal(), R"({"event":"rank_exit","rank":0,"exit_code":0})" "\n"
                                            R"({"event":"rank_exit","rank":1,"exit_code":3})" "\n");
    append_file(made.directory().journal(), R"({"event":"rank_exit","rank":2,"exit_code":0,"x":")" +
                                                std::string(estima::longest_event, 'x') + "\"}\n");
    auto const exits = estima::detail::read_rank_exits(made.directory(), {.script = "train.py"});
    CHECK(exits.good == std::set{0});
    REQUIRE(exits.first_failure);
    CHECK(exits.first_failure->value("rank", 0) == 1);
}
