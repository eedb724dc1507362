// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <estima/slurm/slurm_poll.hpp>

#include "../../support/fake_slurm.hpp"
#include "../../support/scoped_variable.hpp"

namespace {
using estima::slurm_news;
using estima::slurm_poll;
using estima_test::answer;
using estima_test::fake_slurm;
using estima_test::reply;
using estima_test::scoped_variable;
using estima_test::seen_request;
using heard_of = slurm_news::kind;

/// Everything that was told, to be waited for.
class heard {
public:
    slurm_poll::listener listener() {
        return [this](slurm_news const& news) {
            std::scoped_lock const lock{mutex_};
            all_.push_back(news);
            told_.notify_all();
        };
    }
    bool wait_for(std::size_t count) {
        std::unique_lock lock{mutex_};
        return told_.wait_for(lock, std::chrono::seconds{30}, [&] { return all_.size() >= count; });
    }
    std::vector<slurm_news> all() {
        std::scoped_lock const lock{mutex_};
        return all_;
    }

private:
    std::mutex mutex_;
    std::condition_variable told_;
    std::vector<slurm_news> all_;
};
long threads() {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, std::filesystem::directory_iterator{});
}
}  // namespace

TEST_CASE("for any number of jobs there is at most one request a second, and each change is told once") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    std::mutex mutex;
    std::vector<double> times;
    fake_slurm slurm;
    slurm.instead = [&](seen_request const&) -> std::optional<reply> {
        std::scoped_lock const lock{mutex};
        times.push_back(estima::back_off::now());
        return {};
    };
    constexpr int count = 200;
    for (int i = 0; i < count; ++i) slurm.add("c" + std::to_string(i));
    std::vector<heard> all(count);
    {
        auto const poll = slurm_poll::of(slurm.target());
        CHECK(slurm_poll::of(slurm.target()) == poll);
        std::vector<slurm_poll::watch> watches;
        for (int i = 0; i < count; ++i)
            watches.push_back(poll->watch_job(i + 1, all[static_cast<std::size_t>(i)].listener()));
        for (heard& one : all) REQUIRE(one.wait_for(1));
        slurm.set(1, "job_state", "RUNNING");
        slurm.set(2, "job_state", "FAILED");
        REQUIRE(all[0].wait_for(2));
        REQUIRE(all[1].wait_for(2));
        slurm.set(2, "job_state", "COMPLETED");  // it was over: nobody is told any more
        slurm.set(1, "job_state", "COMPLETED");
        REQUIRE(all[0].wait_for(3));
        for (int i = 0; i < 20; ++i) poll->look_soon();
        CHECK(poll->wait(3, 1.5)->is("PENDING"));
    }
    CHECK(all[0].all().size() == 3);
    CHECK(all[0].all().back().job.is("COMPLETED"));
    CHECK(all[1].all().size() == 2);
    CHECK(all[2].all().size() == 1);
    CHECK(times.size() >= 4);
    // As they arrive, which a busy machine delays one more than the other.
    for (std::size_t i = 1; i < times.size(); ++i)
        CHECK(times[i] - times.front() > 0.9 * static_cast<double>(i) - 0.5);
    CHECK(slurm.count("GET", "/job/") <= 1);  // before the second was watched
}

TEST_CASE("a question that is long on its way leaves the server its second, too") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    std::mutex mutex;
    std::vector<double> times;
    fake_slurm slurm;
    slurm.instead = [&](seen_request const& request) -> std::optional<reply> {
        if (request.path.find("/job/") == std::string::npos) return {};
        std::scoped_lock const lock{mutex};
        if (times.empty()) std::this_thread::sleep_for(std::chrono::milliseconds{500});
        times.push_back(estima::back_off::now());
        return {};
    };
    slurm.add("c");
    slurm_poll poll{slurm.target()};
    (void)poll.wait(1, 3);
    std::scoped_lock const lock{mutex};
    REQUIRE(times.size() >= 2);
    CHECK(times[1] - times[0] >= 1);
}

TEST_CASE("one job is asked for alone; a thread and requests are there only while somebody waits") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.add("c");
    estima::slurm_client{slurm.target()}.api_version();
    long const before = threads();  // the server's and ours
    slurm_poll poll{slurm.target()};
    heard news;
    auto watch = poll.watch_job(1, news.listener());
    REQUIRE(news.wait_for(1));
    slurm.set(1, "exit_code", 768);
    slurm.set(1, "job_state", "FAILED");
    auto const ended = poll.wait(1, 30);
    REQUIRE(ended);
    CHECK(ended->exit_code == 3);
    REQUIRE(news.wait_for(2));
    watch.end();
    // The poll's thread ends, by which requests are made; one is of the server, for the poll's connection.
    for (double const limit = estima::back_off::now() + 30; threads() > before + 1 && estima::back_off::now() < limit;)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    CHECK(threads() <= before + 1);
    CHECK(slurm.count("GET", "/jobs") == 0);
    CHECK(slurm.count("GET", "/job/1") >= 2);
}

TEST_CASE("a job that Slurm knows no longer is gone when it is missing twice") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.add("c");
    slurm_poll poll{slurm.target()};
    heard news;
    auto const watch = poll.watch_job(1, news.listener());
    REQUIRE(news.wait_for(1));
    slurm.forget_all();
    REQUIRE(news.wait_for(2));
    CHECK(news.all().back().what == heard_of::gone);
    CHECK(news.all().back().job.comment == "c");  // as it was last
    CHECK_FALSE(poll.wait(7, 30).has_value());
}

TEST_CASE("a server that is away is told of after a while, and again when it is back") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    std::atomic<bool> is_away = false;
    slurm.instead = [&](seen_request const&) -> std::optional<reply> {
        if (!is_away) return {};
        return answer(500, "<html>oops</html>");
    };
    slurm.add("c");
    estima::slurm_target target = slurm.target();
    target.unreachable_seconds = 0.5;
    slurm_poll poll{target};
    heard news;
    auto const watch = poll.watch_job(1, news.listener());
    REQUIRE(news.wait_for(1));
    is_away = true;
    REQUIRE(news.wait_for(2));
    CHECK(news.all()[1].what == heard_of::away);
    CHECK(news.all()[1].why.find("EST-749") != std::string::npos);
    CHECK(news.all()[1].why.find("s3cr3t") == std::string::npos);
    slurm.set(1, "job_state", "COMPLETED");
    is_away = false;
    REQUIRE(news.wait_for(4));
    CHECK(news.all()[2].what == heard_of::back);
    CHECK(news.all()[3].job.is("COMPLETED"));
    CHECK(news.all().size() == 4);
}

TEST_CASE("tasks of an array are told apart, also while they wait together") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.add("all");
    slurm.set(1, "array_job_id", 1);
    slurm.set(1, "array_task_string", "1-9");
    slurm.add("all");
    slurm.set(2, "array_job_id", 1);
    slurm.set(2, "array_task_id", 0);
    slurm.set(2, "job_state", "RUNNING");
    slurm_poll poll{slurm.target()};
    heard first, other, none;
    slurm.instead = [&](seen_request const& r) -> std::optional<reply> {  // Slurm gives all of the array
        if (r.path.find("/job/1") == std::string::npos) return {};
        return answer(200,
                      estima::json{{"meta", {}}, {"errors", estima::json::array()}, {"jobs", slurm.jobs()}}.dump());
    };
    auto const a = poll.watch_job(1, first.listener(), 0);
    auto const b = poll.watch_job(1, other.listener(), 5);
    auto const c = poll.watch_job(1, none.listener(), 77);
    REQUIRE(first.wait_for(1));
    REQUIRE(other.wait_for(1));
    REQUIRE(none.wait_for(1));
    CHECK(first.all()[0].job.is("RUNNING"));
    CHECK(other.all()[0].job.is("PENDING"));
    CHECK(other.all()[0].job.array_task == 5);
    CHECK(none.all()[0].what == heard_of::gone);
    slurm.set(1, "array_task_string", "1-4,6-9");  // Slurm keeps nothing of a task that is canceled while it waits
    REQUIRE(other.wait_for(2));
    CHECK(other.all()[1].job.is("CANCELLED"));
    CHECK(other.all()[1].job.array_task == 5);
}

TEST_CASE("a listener may end its watch and let go of the poll, and throw") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.add("c");
    std::atomic<int> calls = 0;
    struct holder {
        std::shared_ptr<slurm_poll> poll;
        slurm_poll::watch watch;
    };
    auto held = std::make_unique<holder>();
    std::mutex mutex;
    {
        std::scoped_lock const lock{mutex};
        held->poll = std::make_shared<slurm_poll>(slurm.target());
        held->watch = held->poll->watch_job(1, [&](slurm_news const&) {
            std::scoped_lock const inner{mutex};
            held.reset();
            ++calls;
            throw 5;
        });
    }
    auto is_over = [&] {
        std::scoped_lock const lock{mutex};
        return held == nullptr;
    };
    while (!is_over()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
    std::size_t const requests = slurm.seen().size();
    std::this_thread::sleep_for(std::chrono::milliseconds{1200});
    CHECK(slurm.seen().size() == requests);
    CHECK(calls == 1);
}

TEST_CASE("questions of one program for states begin a second apart, whoever asks") {
    scoped_variable const token{"ESTIMA_TEST_TOKEN", "s3cr3t"};
    fake_slurm slurm;
    slurm.add("c");
    estima::slurm_client{slurm.target()}.api_version();
    estima::slurm_pace& pace = estima::slurm_pace::of(slurm.url());
    CHECK(pace.may_ask());
    double const begin = estima::back_off::now();
    CHECK_FALSE(pace.may_ask());
    CHECK(pace.wait() > 0.5);
    CHECK(estima::slurm_pace::of("http://another").may_ask());
    slurm_poll poll{slurm.target()};
    heard news;
    auto const watch = poll.watch_job(1, news.listener());
    REQUIRE(news.wait_for(1));
    CHECK(estima::back_off::now() - begin > 0.99);
}
