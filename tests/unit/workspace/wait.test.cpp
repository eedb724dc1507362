// SPDX-License-Identifier: BSL-1.0
#include <estima/workspace/wait.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "../../support/fake_run.hpp"

namespace {
using namespace estima::literals;
using clock_type = std::chrono::steady_clock;
using estima::run_status;

double since(clock_type::time_point t) { return std::chrono::duration<double>(clock_type::now() - t).count(); }

/// A stream whose text another thread can wait for.
class watched_stream : public std::streambuf {
public:
    std::ostream& stream() { return stream_; }

    /// Waits until the text holds this; false after a long time.
    bool wait_for(std::string const& part) {
        std::unique_lock held{mutex_};
        return changed_.wait_for(held, std::chrono::seconds{20}, [&] { return text_.find(part) != std::string::npos; });
    }
    std::string text() {
        std::lock_guard const held{mutex_};
        return text_;
    }

private:
    std::streamsize xsputn(char const* bytes, std::streamsize n) override {
        {
            std::lock_guard const held{mutex_};
            text_.append(bytes, static_cast<std::size_t>(n));
        }
        changed_.notify_all();
        return n;
    }
    int_type overflow(int_type c) override {
        char const byte = static_cast<char>(c);
        xsputn(&byte, 1);
        return c;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_;
    std::ostream stream_{this};
};

std::future<estima::run_details> waiting(estima_test::fake_run const& fake, estima::wait_options const& options) {
    return std::async(std::launch::async, [run = fake.run(), options] { return run.wait_for_completion(options); });
}
}  // namespace

TEST_CASE("waiting for a run that is over returns at once") {
    estima_test::fake_run fake;
    fake.start();
    fake.complete();
    CHECK(fake.run().wait_for_completion().status == run_status::completed);
    CHECK(fake.run().wait_for_completion({.timeout = 0_s}).status == run_status::completed);
}

TEST_CASE("waiting ends when the run ends, soon after it") {
    estima_test::fake_run fake;
    fake.supervise();
    fake.start();
    auto first = waiting(fake, {}), second = waiting(fake, {});
    CHECK(first.wait_for(std::chrono::milliseconds{50}) == std::future_status::timeout);
    fake.status({run_status::finalizing});
    CHECK(second.wait_for(std::chrono::milliseconds{20}) == std::future_status::timeout);
    auto const end = clock_type::now();
    fake.status({run_status::completed});
    CHECK(first.get().status == run_status::completed);
    CHECK(second.get().status == run_status::completed);
    CHECK(since(end) < 0.5);
}

TEST_CASE("a failed run throws with the cause, or returns with it") {
    estima_test::fake_run fake;
    fake.start();
    fake.fail({.id = "EST-421",
               .message = "rank 1 was ended by SIGSEGV",
               .rank = 1,
               .host = "node7",
               .signal = "SIGSEGV",
               .stderr_tail = {"line one", "line two"}});
    auto const details = fake.run().wait_for_completion({.raise_on_error = false});
    CHECK(details.status == run_status::failed);
    CHECK(details.error->signal == "SIGSEGV");
    try {
        (void)fake.run().wait_for_completion();
        FAIL("no exception");
    } catch (estima::run_failed const& e) {
        CHECK(e.id() == "EST-421");
        CHECK(e.cause().rank == 1);
        CHECK(e.details().status == run_status::failed);
        std::string const text = e.what();
        for (char const* part : {"rank 1 was ended by SIGSEGV", "node7", "line one\n", "line two\n", "system_logs"})
            CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("a cancelled run is no error") {
    estima_test::fake_run fake;
    fake.start();
    auto done = waiting(fake, {});
    CHECK(fake.run().cancel());
    fake.status({run_status::canceled});
    CHECK(done.get().status == run_status::canceled);
}

TEST_CASE("the time limit ends the waiting and not the run") {
    estima_test::fake_run fake;
    fake.supervise();
    fake.start();
    auto const begin = clock_type::now();
    try {
        (void)fake.run().wait_for_completion({.timeout = 150_ms});
        FAIL("no exception");
    } catch (estima::error const& e) {
        CHECK(e.id() == "EST-511");
        CHECK(since(begin) >= 0.15);
        std::string const text = e.what();
        for (char const* part : {"0.15 s", "Running", "the run goes on"}) CHECK(text.find(part) != std::string::npos);
        CHECK(text.find("workspace.run(\"" + fake.directory().run_id() + "\")") != std::string::npos);
    }
    CHECK(fake.run().status() == run_status::running);
    fake.complete();
    CHECK(fake.run().wait_for_completion({.timeout = std::chrono::hours{24 * 365 * 1000}}).status ==
          run_status::completed);
}

TEST_CASE("a supervisor that dies while somebody waits is noticed") {
    estima_test::fake_run fake;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_t const supervisor = ::fork();  // a process whose death the waiter can see
    if (supervisor == 0) {
        char byte = 0;
        ::_exit(::read(ends[0], &byte, 1) == 1 ? 0 : 1);
    }
    fake.journal().append({{"event", "supervisor"},
                           {"pid", supervisor},
                           {"start_ticks", estima::process_start_ticks(supervisor)},
                           {"host", estima::host_name()}});
    fake.start();
    auto done = waiting(fake, {.raise_on_error = false});
    CHECK(done.wait_for(std::chrono::milliseconds{50}) == std::future_status::timeout);
    fake.die();  // this process holds the lock; a real one loses it by dying
    auto const end = clock_type::now();
    CHECK(::write(ends[1], "x", 1) == 1);
    CHECK(done.get().error->id == "EST-430");
    CHECK(since(end) < 0.5);
    ::waitpid(supervisor, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a supervisor that cannot be seen is noticed by its lock") {
    estima_test::fake_run fake;
    fake.journal().append({{"event", "supervisor"}, {"pid", 1}, {"start_ticks", 99}, {"host", "another-host"}});
    fake.start();
    auto done = waiting(fake, {.raise_on_error = false});
    CHECK(done.wait_for(std::chrono::milliseconds{50}) == std::future_status::timeout);
    fake.die();
    // A lock that looks free may be one that does not reach here: the supervisor has just shown that it lives.
    CHECK(done.wait_for(std::chrono::milliseconds{200}) == std::future_status::timeout);
    CHECK(fake.run().status() == estima::run_status::running);
    timespec const long_ago[2]{{.tv_sec = std::time(nullptr) - 301, .tv_nsec = 0},
                               {.tv_sec = std::time(nullptr) - 301, .tv_nsec = 0}};
    REQUIRE(::utimensat(AT_FDCWD, fake.directory().lock().c_str(), long_ago, 0) == 0);
    CHECK(done.get().error->id == "EST-430");
}

TEST_CASE("output is shown live, with status changes in their order and a summary") {
    estima_test::fake_run fake;
    watched_stream out;
    auto done = waiting(fake, {.show_output = true, .output = &out.stream()});
    fake.start();
    CHECK(out.wait_for("Status: Running\n"));
    fake.print("epoch 1\n");
    CHECK(out.wait_for("epoch 1\n"));
    fake.complain("a warning\n");
    CHECK(out.wait_for("a warning\n"));
    fake.print("half ");
    CHECK(out.wait_for("half "));  // after a moment, as no end of the line comes
    fake.print("a line\nunfinished \xFF\xFE");
    fake.output("outputs/m", "12345");
    fake.output("outputs/n\x1B[31m", "1");
    fake.journal().append({{"event", "warning"}, {"message", "one output was too large"}});
    fake.complete();
    (void)done.get();
    std::string const id = fake.directory().run_id();
    std::string const text = out.text();
    CHECK(text.starts_with(
        "RunId: " + id +
        "\nStatus: Preparing\nStatus: Starting\nStatus: Running\nepoch 1\na warning\nhalf a line\n"
        "unfinished \xFF\xFE\nStatus: Finalizing\nStatus: Completed\n\nExecution Summary\n=================\nRunId: " +
        id + "\nStatus: Completed\nDuration: "));
    CHECK(text.ends_with(" s\nWarning: one output was too large\nOutputs: " + fake.directory().outputs().string() +
                         "\n  outputs/m (5 bytes)\n  outputs/n\\x1b[31m (1 byte)\n"));
}

TEST_CASE("the output of a failed run ends with what went wrong") {
    estima_test::fake_run fake;
    fake.start();
    fake.print("before\n");
    fake.fail({.id = "EST-420",
               .message = "the script exited with code 3",
               .rank = 0,
               .host = "here",
               .exit_code = 3,
               .stderr_tail = {"last words"}});
    std::ostringstream out;
    bool const throws = GENERATE(true, false);
    try {
        (void)fake.run().wait_for_completion({.show_output = true, .raise_on_error = throws, .output = &out});
        CHECK_FALSE(throws);
    } catch (estima::run_failed const& e) {
        CHECK(throws);
        CHECK(std::string{e.what()}.find("last words\n") != std::string::npos);
    }
    std::string const text = out.str();
    CHECK(text.find("Status: Running\nbefore\nStatus: Failed\n") != std::string::npos);
    CHECK(text.find("Error: [EST-420] the script exited with code 3\n") != std::string::npos);
    CHECK((text.find("last words\n") != std::string::npos) == !throws);  // what is thrown tells the rest
}

TEST_CASE("the output of all ranks carries their numbers") {
    estima_test::fake_run fake{{.script = "t", .communicator = "Mpi", .mpi = {.process_count_per_node = 3}}};
    fake.start();
    fake.print("zero\n", 0);
    fake.print("one\n", 1);
    fake.complain("two\n", 2);
    fake.complete();
    std::ostringstream all, first;
    (void)fake.run().wait_for_completion({.show_output = true, .all_ranks = true, .output = &all});
    CHECK(all.str().find("[0] zero\n[1] one\n[2] two\nStatus: Finalizing") != std::string::npos);
    (void)fake.run().wait_for_completion({.show_output = true, .output = &first});
    CHECK(first.str().find("\nzero\nStatus: Finalizing") != std::string::npos);
}

TEST_CASE("a stream that takes no more does not keep the waiting from ending") {
    estima_test::fake_run fake;
    fake.start();
    fake.print(std::string(300'000, 'x') + "\n");
    fake.complete();
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    CHECK(fake.run().wait_for_completion({.show_output = true, .output = &out}).status == run_status::completed);
}
