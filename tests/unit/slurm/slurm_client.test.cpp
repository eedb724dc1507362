// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <optional>
#include <string>

#include <estima/slurm/slurm_client.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_slurm.hpp"
#include "../../support/scoped_variable.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
using estima::slurm_client;
using estima::slurm_job_request;
using estima::slurm_submitted;
using estima::slurm_target;
using estima_test::answer;
using estima_test::error_of;
using estima_test::fake_slurm;
using estima_test::reply;
using estima_test::scoped_variable;
using estima_test::seen_request;

slurm_job_request named(std::string const& comment) {
    slurm_job_request r;
    r.name = "test";
    r.comment = comment;
    r.script = "#!/bin/sh\n";
    return r;
}
reply fault(int number) {
    return answer(500, R"({"errors": [{"error": "Words of Slurm", "error_number": )" + std::to_string(number) + "}]}");
}
/// A token that says when it expires.
std::string token_until(double time) {
    estima::json const claims{{"exp", static_cast<std::int64_t>(time)}, {"sun", "me"}};
    std::string text = claims.dump(), coded;
    constexpr char const* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0;
    int count = 0;
    for (char const c : text) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) coded += digits[bits >> (count - 6) & 63];
    }
    if (count > 0) coded += digits[bits << (6 - count) & 63];
    return "head." + coded + ".signature";
}
void write(std::string const& path, std::string const& text) { std::ofstream{path} << text; }
}  // namespace

TEST_CASE("a job is submitted with its user's token, in the version that was found") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm_client client{slurm.target()};
    slurm_submitted const made = client.submit(named("c1"));
    CHECK(made.id == 1);
    CHECK_FALSE(made.found_again);
    CHECK(client.submit(named("c2")).id == 2);
    CHECK(client.api_version() == "v0.0.38");
    CHECK(client.slurm_version() == "22.05.8");
    CHECK(client.ping().empty());
    CHECK(slurm.count("GET", "/openapi") == 1);
    for (seen_request const& one : slurm.seen()) {
        CHECK(one.headers.at("x-slurm-user-token") == "s3cr3t");
        CHECK(one.headers.at("x-slurm-user-name") == "me");
    }
    CHECK(client.job(1).front().comment == "c1");
    CHECK(client.job(99).empty());
    CHECK(client.jobs()->size() == 2);
    CHECK(client.connections() == 1);
    CHECK(client.cancel(1));
    CHECK(client.job(1).front().is_over());
    CHECK_FALSE(client.cancel(99));
}

TEST_CASE("a submission whose answer is lost in any way is found again, and nothing starts twice") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    reply const lost_in[] = {{"", true},
                             {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"job_id\":", true},
                             answer(200, "{\"job_id\":"),
                             answer(200, "<html>welcome</html>"),
                             answer(200, ""),
                             answer(500, "oops"),
                             answer(502, "<html>bad gateway</html>"),
                             fault(-1),
                             fault(5005)};
    for (reply const& lost : lost_in) {
        fake_slurm slurm;
        slurm.after_submission = [&lost](reply const&) { return lost; };
        slurm_client client{slurm.target()};
        slurm_submitted const made = client.submit(named("mine"));
        INFO(lost.bytes);
        CHECK(made.id == 1);
        CHECK(made.found_again);
        CHECK(slurm.count("POST") == 1);
        CHECK(slurm.jobs().size() == 1);
    }
    fake_slurm slurm;
    slurm.after_submission = [&](reply const& r) {
        slurm.hold();
        return r;
    };
    slurm_target target = slurm.target();
    target.request_seconds = 0.3;
    slurm_client client{target};
    CHECK(client.submit(named("late")).found_again);
    CHECK(slurm.jobs().size() == 1);
}

TEST_CASE("a submission that did not arrive is sent again") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    for (reply const& lost :
         {reply{"", true}, answer(500, "oops"), answer(429, "slow", "Retry-After: 1\r\n"), fault(1800)}) {
        fake_slurm slurm;
        std::atomic<int> posts = 0;
        slurm.instead = [&](seen_request const& r) -> std::optional<reply> {
            if (r.method == "POST" && posts++ < 2) return lost;
            return {};
        };
        slurm_client client{slurm.target()};
        CHECK(client.submit(named("again")).id == 1);
        CHECK(slurm.count("POST") == 3);
        CHECK(slurm.jobs().size() == 1);
    }
}

TEST_CASE("of a submission that came through after all there is one job in the end") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    std::atomic<int> posts = 0;
    slurm.instead = [&](seen_request const& r) -> std::optional<reply> {
        if (r.method != "POST") return {};
        if (posts++ == 0) return reply{"", true};
        slurm.add("twice");  // the first one, which was on its way all the time
        return {};
    };
    slurm_client client{slurm.target()};
    CHECK(client.submit(named("twice")).id == 1);
    REQUIRE(slurm.jobs().size() == 2);
    CHECK(slurm.jobs()[0]["job_state"] == "PENDING");
    CHECK(slurm.jobs()[1]["job_state"] == "CANCELLED");
}

TEST_CASE("a job that another process has submitted is found when it may exist") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.add("other");
    slurm.add("mine");
    slurm_client client{slurm.target()};
    CHECK(client.submit(named("mine"), true).id == 2);
    CHECK(client.submit(named("new"), true).id == 3);
    CHECK(client.find("mine").size() == 1);
    CHECK(slurm.count("POST") == 1);
}

TEST_CASE("what Slurm refuses is an error in its words, at once") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.instead = [](seen_request const& r) -> std::optional<reply> {
        if (r.method == "GET" && r.path.find("/jobs") == std::string::npos) return {};
        return fault(2000);
    };
    slurm_client client{slurm.target()};
    std::string const error = error_of([&] { client.submit(named("c")); });
    CHECK(error.find("EST-747") != std::string::npos);
    CHECK(error.find("Words of Slurm (2000)") != std::string::npos);
    CHECK(slurm.count("POST") == 1);
    CHECK(error_of([&] { client.cancel(1); }).find("EST-747") != std::string::npos);
    CHECK(error_of([&] { client.jobs(); }).find("EST-747") != std::string::npos);
}

TEST_CASE("if it cannot be known whether a job was taken, the error says how to find it") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.instead = [](seen_request const& r) -> std::optional<reply> {
        if (r.path.find("/openapi") != std::string::npos) return {};
        return fault(-1);
    };
    slurm_target target = slurm.target();
    target.patience_seconds = 1;
    slurm_client client{target};
    std::string const error = error_of([&] { client.submit(named("estima 0815")); });
    CHECK(error.find("EST-748") != std::string::npos);
    CHECK(error.find("estima 0815") != std::string::npos);
    CHECK(error_of([&] { client.jobs(); }).find("EST-750") != std::string::npos);
    CHECK_FALSE(client.ping().empty());
}

TEST_CASE("what is no slurmrestd is said to be none") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm page;
    page.instead = [](seen_request const&) { return answer(200, "<html>please log in</html>"); };
    slurm_target target = page.target();
    target.patience_seconds = 0.5;
    std::string const error = error_of([&] { slurm_client{target}.jobs(); });
    CHECK(error.find("EST-749") != std::string::npos);
    CHECK(error.find("please log in") != std::string::npos);

    fake_slurm later;
    later.instead = [](seen_request const&) { return answer(200, R"({"paths": {"/slurm/v0.0.99/jobs": {}}})"); };
    std::string const unknown = error_of([&] { slurm_client{later.target()}.jobs(); });
    CHECK(unknown.find("EST-745") != std::string::npos);
    CHECK(unknown.find("it has v0.0.99") != std::string::npos);
    target = later.target();
    target.api_version = "v1";
    CHECK(error_of([&] { slurm_client{target}.jobs(); }).find("EST-745") != std::string::npos);
}

TEST_CASE("a job between two states is asked for again; signals and tasks are named") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    std::atomic<int> ended = 0;
    slurm.instead = [&](seen_request const& r) -> std::optional<reply> {
        if (r.method != "DELETE" || ended++ > 0) return {};
        return fault(2020);
    };
    slurm.add("c");
    slurm_client client{slurm.target()};
    CHECK(client.cancel(1, 4, "USR1"));
    CHECK(slurm.count("DELETE", "/job/1_4?signal=USR1") == 2);
}

TEST_CASE("a token is read anew when it is refused, from its file, its variable, or a command") {
    estima_test::temporary_directory const folder;
    std::string const file = (folder / "token").string();
    std::atomic<bool> clear = true;  // else it does not say that it is about the token, as 22.05
    std::string accepted = "first-s3cr3t";
    fake_slurm slurm;
    std::mutex mutex;
    slurm.instead = [&](seen_request const& r) -> std::optional<reply> {
        std::scoped_lock const lock{mutex};
        if (r.headers.at("x-slurm-user-token") == accepted) return {};
        return clear ? answer(401, "Authentication failure") : fault(-1);
    };
    auto expire = [&](std::string const& next) {
        std::scoped_lock const lock{mutex};
        accepted = next;
    };
    slurm_target target = slurm.target();
    target.token_variable.clear();
    target.token_file = file;
    SECTION("a file") {
        for (bool const is_clear : {true, false}) {
            clear = is_clear;
            write(file, "SLURM_JWT=first-s3cr3t\n");
            expire("first-s3cr3t");
            slurm_client client{target};
            CHECK(client.submit(named("a" + std::to_string(is_clear))).id > 0);
            write(file, "second-s3cr3t");
            expire("second-s3cr3t");
            CHECK(client.submit(named("b" + std::to_string(is_clear))).id > 0);
        }
    }
    SECTION("a file that is not renewed") {
        write(file, "old-s3cr3t");
        std::string const error = error_of([&] { slurm_client{target}.submit(named("a")); });
        CHECK(error.find("EST-746") != std::string::npos);
        CHECK(error.find(file) != std::string::npos);
        CHECK(error.find("s3cr3t") == std::string::npos);
        CHECK(slurm.count("POST") == 0);
    }
    SECTION("a token that says itself that it has expired") {
        clear = false;
        write(file, token_until(estima::epoch_seconds() - 5));
        std::string const error = error_of([&] { slurm_client{target}.submit(named("a")); });
        CHECK(error.find("EST-746") != std::string::npos);
        CHECK(error.find("expired") != std::string::npos);
        CHECK(error.find("signature") == std::string::npos);
    }
    SECTION("a command") {
        target.token_file.clear();
        target.token_command = "echo x >> " + file + "; echo SLURM_JWT=by-command-s3cr3t";
        expire("by-command-s3cr3t");
        slurm_client client{target};
        CHECK(client.submit(named("a")).id > 0);
        CHECK(client.submit(named("b")).id > 0);
        CHECK(estima::read_file(file) == "x\n");  // once, and not for each request
        target.token_command = "exit 7";
        std::string const error = error_of([&] { slurm_client{target}.submit(named("a")); });
        CHECK(error.find("EST-746") != std::string::npos);
        CHECK(error.find("exit code 7") != std::string::npos);
    }
    SECTION("a variable") {
        target = slurm.target();
        scoped_variable const token{"ESTIMA_TEST_TOKEN", "first-s3cr3t"};
        slurm_client client{target};
        CHECK(client.submit(named("a")).id > 0);
        expire("second-s3cr3t");
        scoped_variable const next{"ESTIMA_TEST_TOKEN", "second-s3cr3t"};
        CHECK(client.submit(named("b")).id > 0);
    }
    SECTION("none") {
        scoped_variable const none{"ESTIMA_TEST_TOKEN", std::nullopt};
        std::string const error = error_of([&] { slurm_client{slurm.target()}.submit(named("a")); });
        CHECK(error.find("EST-746") != std::string::npos);
        CHECK(error.find("$ESTIMA_TEST_TOKEN") != std::string::npos);
    }
}
