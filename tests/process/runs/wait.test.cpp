// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "submitted.hpp"

namespace {
using namespace estima_test;
using estima::run_status;

/// Takes any amount of text and keeps its end, its length and how many lines it had.
class counting_stream : public std::streambuf {
public:
    std::ostream& stream() { return stream_; }
    std::size_t bytes = 0, lines = 0, odd = 0;

private:
    std::streamsize xsputn(char const* text, std::streamsize n) override {
        bytes += static_cast<std::size_t>(n);
        lines += static_cast<std::size_t>(std::count(text, text + n, '\n'));
        odd += static_cast<std::size_t>(std::count(text, text + n, '\xFF'));
        return n;
    }
    int_type overflow(int_type c) override {
        char const byte = static_cast<char>(c);
        xsputn(&byte, 1);
        return c;
    }
    std::ostream stream_{this};
};

std::size_t peak_memory_megabytes() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) / 1024;
}

/// The parts of a text that stand before and after the output of the script.
std::size_t frame_of(counting_stream const& shown, std::size_t script_bytes) { return shown.bytes - script_bytes; }
}  // namespace

TEST_CASE("200 MB of output are shown whole, in little memory") {
    place at;
    constexpr std::size_t size = 200'000'000;
    estima::run const run =
        at.submit("#!/bin/sh\nyes 'a line of thirty-two characters' | head -c " + std::to_string(size) + "\n");
    other_program viewer{[&] {
        std::size_t const before = peak_memory_megabytes();
        counting_stream shown;
        auto const details =
            run.wait_for_completion({.show_output = true, .timeout = patience, .output = &shown.stream()});
        std::size_t const grown = peak_memory_megabytes() - before;
        bool const good = details.status == run_status::completed && shown.bytes > size &&
                          frame_of(shown, size) < 2000 && shown.lines >= size / 32 && shown.lines < size / 32 + 30 &&
                          grown < 20;
        if (!good) std::fprintf(stderr, "%zu bytes, %zu lines, %zu MB more\n", shown.bytes, shown.lines, grown);
        return good;
    }};
    CHECK(viewer.succeeded());
}

TEST_CASE("a line of 10 MB and bytes that are no UTF-8 are shown as they are") {
    place at;
    estima::run const run =
        at.submit("#!/bin/sh\nhead -c 10000000 /dev/zero | tr '\\0' '\\377'\nprintf '\\n\\200\\377 no end'\n");
    std::ostringstream text;
    CHECK(run.wait_for_completion({.show_output = true, .timeout = patience, .output = &text}).status ==
          run_status::completed);
    std::string const shown = text.str();
    CHECK(std::count(shown.begin(), shown.end(), '\xFF') == 10'000'001);
    CHECK(shown.find("\n" + std::string(10'000'000, '\xFF') + "\n\x80\xFF no end\nStatus: Finalizing\n") !=
          std::string::npos);
}

TEST_CASE("output is shown while the script runs") {
    place at;
    estima::run const run =
        at.submit("#!/bin/sh\necho first\n" + script_that_waits_for(at / "go", "echo second >&2").substr(10));
    // The viewer lets the script go on when it sees its first line: without live output this test cannot end.
    class starter : public std::stringbuf {
    public:
        explicit starter(std::filesystem::path go) : go_{std::move(go)} {}

    private:
        int sync() override {
            if (str().find("\nfirst\n") != std::string::npos) std::ofstream{go_};
            return 0;
        }
        std::filesystem::path go_;
    } buffer{at / "go"};
    std::ostream out{&buffer};
    CHECK(run.wait_for_completion({.show_output = true, .timeout = patience, .output = &out}).status ==
          run_status::completed);
    CHECK(buffer.str().find("Status: Running\nfirst\nsecond\nStatus: Finalizing\n") != std::string::npos);
}

TEST_CASE("two programs that cancel and wait for the same run both get the right answer") {
    place at;
    // It listens, and takes its time until both have asked.
    estima::run const run = at.submit(
        "#!/bin/sh\ntrap 'told=1' TERM\nsleep 1000 &\n: > here\nwhile [ -z \"$told\" ]; do sleep 0.01; done\n" +
        script_that_waits_for(at / "go").substr(10));
    wait_for(run.directory().code() / "here");
    text_pipe asked;
    auto cancel_and_wait = [&] {
        auto const mine = estima::workspace::open(at.workspace().path()).run(run.id());
        bool const is_cancelled = mine.cancel({.grace = patience});
        asked.say("done");
        auto const details = mine.wait_for_completion({.timeout = patience});
        return is_cancelled && details.status == run_status::canceled && !mine.cancel();
    };
    other_program waiting{
        [&] { return run.wait_for_completion({.timeout = patience}).status == run_status::canceled; }};
    other_program one{cancel_and_wait}, two{cancel_and_wait};
    CHECK(asked.hear() == "done");
    CHECK(asked.hear() == "done");
    CHECK(run.status() == run_status::cancel_requested);
    std::ofstream{at / "go"};
    CHECK(one.succeeded());
    CHECK(two.succeeded());
    CHECK(waiting.succeeded());
    CHECK(run.status() == run_status::canceled);
    auto const record = estima::journal{run.directory().journal()}.record();
    CHECK(std::count_if(record.status_changes.begin(), record.status_changes.end(),
                        [](auto const& c) { return c.status == run_status::cancel_requested; }) == 1);
    CHECK(leaves_nothing_alive(run));
}

TEST_CASE("a script that does not listen is killed after the grace") {
    place at;
    estima::run const run = at.submit("#!/bin/sh\ntrap '' TERM\n" + script_that_waits_for(at / "never").substr(10));
    wait_for(run.directory().code() / "here");
    CHECK(run.cancel({.grace = estima::seconds(0.2)}));
    auto const details = run.wait_for_completion({.timeout = patience});
    CHECK(details.status == run_status::canceled);
    REQUIRE(details.ranks.size() == 1);
    CHECK(details.ranks[0].signal == "SIGKILL");
}

TEST_CASE("a supervisor that is killed is noticed by who waits, at once") {
    place at;
    estima::run const run = at.submit("#!/bin/sh\nsleep 1000 & sleep 1000\n");
    other_program waiting{[&] {
        auto const details = run.wait_for_completion({.timeout = patience, .raise_on_error = false});
        return details.status == run_status::failed && details.error->id == "EST-430";
    }};
    auto const record = estima::journal{run.directory().journal()}.record();
    REQUIRE(record.supervisor_pid > 0);
    REQUIRE(::kill(record.supervisor_pid, SIGKILL) == 0);
    CHECK(waiting.succeeded());
    CHECK(run.status() == run_status::failed);
    CHECK(leaves_nothing_alive(run));
}

TEST_CASE("a line that was torn in the journal does no harm") {
    place at;
    estima::run const run = at.submit(
        "#!/bin/sh\nprintf '{\"event\":\"status\",\"sta' >> \"$ESTIMA_RUN_DIRECTORY/events.jsonl\"\necho fine > "
        "outputs/o\n");
    auto const details = run.wait_for_completion({.timeout = patience});
    CHECK(details.status == run_status::completed);
    CHECK(details.artifacts.size() == 1);
    CHECK(details.warnings.empty());  // whoever wrote it was not told that it is kept
}

TEST_CASE("a cancel can be shortened, and never takes longer than asked first") {
    place at;
    estima::run const run = at.submit("#!/bin/sh\ntrap '' TERM\n" + script_that_waits_for(at / "never").substr(10));
    wait_for(run.directory().code() / "here");
    CHECK(run.cancel({.grace = estima::seconds(1000)}));
    CHECK(run.cancel({.grace = estima::seconds(-3)}));
    (void)run.cancel({.grace = estima::seconds(2000)});  // the run may be over by now
    auto const details = run.wait_for_completion({.timeout = patience});
    CHECK(details.status == run_status::canceled);
    CHECK(details.ranks.at(0).signal == "SIGKILL");
    CHECK(leaves_nothing_alive(run));
}

TEST_CASE("the script may cut the journal short: the end of the run is seen all the same") {
    place at;
    estima::run const run =
        at.submit("#!/bin/sh\nwhile ! grep -q Running ../events.jsonl; do sleep 0.01; done\n: > ../events.jsonl\nexit 4\n");
    auto const details = run.wait_for_completion({.timeout = patience, .raise_on_error = false});
    CHECK(details.status == run_status::failed);
}

TEST_CASE("a run whose script has emptied the journal can be canceled") {
    place at;
    estima::run const run = at.submit(
        "#!/bin/sh\nwhile ! grep -q Running ../events.jsonl; do sleep 0.01; done\n: > ../events.jsonl\n: > here\nexec sleep 1000\n");
    wait_for(run.directory().code() / "here");
    CHECK(error_of([&] { (void)run.status(); }).starts_with("[EST-647]"));
    CHECK(run.cancel({.grace = estima::seconds(0.1)}));
    CHECK(run.wait_for_completion({.timeout = patience}).status == run_status::canceled);
    CHECK(leaves_nothing_alive(run));
}

TEST_CASE("a supervisor that was stopped does not respond, and goes on where it was") {
    place at;
    estima::run const run = at.submit(script_that_waits_for(at / "go"));
    wait_for(run.directory().code() / "here");
    pid_t const supervisor = estima::journal{run.directory().journal()}.record().supervisor_pid;
    REQUIRE(::kill(supervisor, SIGSTOP) == 0);
    for (double const end = estima::monotonic_seconds() + 20;
         estima::state_of(supervisor).letter != 'T' && estima::monotonic_seconds() < end;)
        ::poll(nullptr, 0, 1);
    CHECK(run.status() == run_status::not_responding);
    CHECK(run.get_details().status == run_status::not_responding);
    std::ofstream{at / "go"};
    REQUIRE(::kill(supervisor, SIGCONT) == 0);
    CHECK(run.wait_for_completion({.timeout = patience}).status == run_status::completed);
}
