// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <estima/http/http_client.hpp>
#include <estima/slurm/slurm_answer.hpp>
#include <estima/slurm/slurm_api.hpp>
#include <estima/slurm/slurm_pace.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/slurm/slurm_token.hpp>
#include <estima/system/host.hpp>

namespace estima::inline v0_1 {

/// Exchanges with one slurmrestd: with user and token, in the newest version of the API that both know, and as patient
/// as the target says. For one thread at a time.
class slurm_connection {
public:
    slurm_connection(slurm_target target, std::stop_token stop)
        : target_{std::move(target)},
          stop_{std::move(stop)},
          token_{target_},
          http_{{.connect_seconds = target_.connect_seconds,
                 .request_seconds = target_.request_seconds,
                 .patience_seconds = target_.patience_seconds,
                 .ca_file = target_.ca_file,
                 .proxy = target_.proxy}} {
        while (target_.url.ends_with('/')) target_.url.pop_back();
    }

    slurm_target const& target() const noexcept { return target_; }
    std::stop_token const& stop() const noexcept { return stop_; }
    std::uint64_t requests() const noexcept { return http_.attempts(); }
    std::uint64_t connections() const noexcept { return http_.connections(); }
    back_off new_patience() const { return {0.25, 10, target_.patience_seconds}; }

    /// Requests begin at least that many seconds apart from now on, also the attempts of one exchange, and keep to the
    /// pace of all questions for states (slurm_pace). `last` is when the last one was, by back_off::now().
    void set_least_distance(double seconds, double last = 0) noexcept {
        distance_ = seconds;
        last_ = std::max(last_, last);
    }
    double last_request() const noexcept { return last_; }

    /// One exchange, tried again only if that can do no harm whatever it asks for. `path` begins after the version,
    /// with a '/'; `is_whole`: it is all of the path. EST-740 to EST-742, EST-744; EST-746 for a token that is not
    /// taken.
    slurm_answer ask(std::string method, std::string const& path, std::string body, char const* accepted,
                     double patience, bool is_whole = false) {
        bool was_renewed = false;
        for (;;) {
            http_request request{.method = method,
                                 .url = target_.url + (is_whole ? "" : "/slurm/" + dialect().name()) + path,
                                 .headers = {{"Accept", "application/json"},
                                             {"X-SLURM-USER-NAME", target_.user.empty() ? user_name() : target_.user}},
                                 .body = body,
                                 .patience_seconds = patience,
                                 .stop = stop_};
            if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
            request.secret_headers.push_back({"X-SLURM-USER-TOKEN", token_.get()});
            keep_distance();
            last_ = back_off::now();
            slurm_answer answer = sent(request, accepted);
            note_version(answer.body);
            bool const may_be_token =
                answer.what == slurm_answer::kind::token || answer.what == slurm_answer::kind::away;
            // Refused for its token, it was not done: with another one it is asked for again.
            if (may_be_token && !was_renewed && is_renewed(answer.what == slurm_answer::kind::token)) {
                was_renewed = true;
                continue;
            }
            if (answer.what == slurm_answer::kind::token || (may_be_token && token_.is_expiring()))
                refuse_token(answer);
            return answer;
        }
    }

    /// An exchange that may be repeated, until it is answered: good or refused. EST-749 for what is no answer, EST-750
    /// for a controller that does not answer, when patience is over; and the errors of `ask`.
    slurm_answer ask_until_answered(std::string const& method, std::string const& path, bool is_whole = false) {
        back_off waits = new_patience();
        for (;;) {
            slurm_answer answer = ask(method, path, {}, nullptr, waits.remaining(), is_whole);
            if (answer.what == slurm_answer::kind::good || answer.what == slurm_answer::kind::refused) return answer;
            double const wait = waits.next();
            if (wait < 0 || !pause_for(wait, stop_)) give_up(answer, method + " " + path);
        }
    }

    /// The error for an answer that is neither good nor refused.
    [[noreturn]] void give_up(slurm_answer const& answer, std::string const& doing) const {
        if (answer.what == slurm_answer::kind::unclear)
            throw error{"EST-749",
                        {.what = "what answers is not understood as a slurmrestd",
                         .where = shown_url(target_.url) + ", " + doing,
                         .why = shown(answer.words),
                         .remedy = "look whether url is that of a slurmrestd, and what stands between"}};
        throw error{
            "EST-750",
            {.what = "Slurm's controller does not answer through its slurmrestd",
             .where = shown_url(target_.url) + ", " + doing,
             .why = shown(answer.words),
             .remedy =
                 "`scontrol ping` on the cluster says whether it runs; slurmrestd of 22.05 says the same for a token "
                 "that is not taken: " +
                 token_.place()}};
    }

    /// The version of the API that is spoken; found out with one request when it is first needed. EST-745 if the server
    /// knows none that estima knows; the errors of ask_until_answered.
    slurm_dialect const& dialect() {
        if (dialect_ != nullptr) return *dialect_;
        if (!target_.api_version.empty()) {
            dialect_ = slurm_dialect_of(target_.api_version);
            if (dialect_ == nullptr) refuse_version("api_version of the target is " + shown(target_.api_version));
            return *dialect_;
        }
        std::string versions = versions_of(target_.url);
        if (versions.empty()) {
            slurm_answer answer = ask_until_answered("GET", "/openapi/v3", true);
            if (answer.what == slurm_answer::kind::refused) answer = ask_until_answered("GET", "/openapi", true);
            versions = slurm_versions_in(answer.body);
            if (versions.empty()) refuse_version("it describes no version: " + answer.words);
        }
        dialect_ = newest_dialect_in(versions);
        if (dialect_ == nullptr) refuse_version("it has " + versions);
        versions_of(target_.url, versions);
        return *dialect_;
    }

    /// "22.05.8", once anything was answered.
    std::string const& slurm_version() const noexcept { return slurm_version_; }

private:
    /// The versions that a server has, once one is known: in a process each server is asked once.
    static std::string versions_of(std::string const& url, std::string const& found = {}) {
        static std::mutex mutex;
        static std::map<std::string, std::string> by_url;
        std::scoped_lock const lock{mutex};
        if (!found.empty()) by_url[url] = found;
        return by_url[url];
    }

    void keep_distance() {
        double const wait = last_ + distance_ - back_off::now();
        if (distance_ <= 0) return;
        if (last_ > 0 && wait > 0) pause_for(wait, stop_);
        slurm_pace& pace = slurm_pace::of(target_.url);
        while (!pace.may_ask() && pause_for(pace.wait(), stop_)) {
        }
    }

    slurm_answer sent(http_request const& request, char const* accepted) {
        std::optional<slurm_pace::question> asking;
        if (distance_ > 0) asking.emplace(slurm_pace::of(target_.url));
        return read_slurm_answer(http_.send(request), accepted);
    }

    bool is_renewed(bool is_certain) {
        // A controller that is away is no reason to make a new token while the old one is good.
        if (!is_certain && !token_.is_expiring()) return token_.has_changed() && token_.renew();
        return token_.renew();
    }

    [[noreturn]] void refuse_token(slurm_answer const& answer) const {
        throw error{
            "EST-746",
            {.what = "Slurm does not take the token",
             .where = token_.place() + ", for " + shown_url(target_.url),
             .why = token_.is_expiring() ? "it has expired, and there is no newer one" : shown(answer.words),
             .remedy = "`scontrol token lifespan=3600` prints one; token_command of the target gets it by itself"}};
    }

    [[noreturn]] void refuse_version(std::string why) const {
        throw error{
            "EST-745",
            {.what = "there is no version of Slurm's REST API that both sides know",
             .where = shown_url(target_.url),
             .why = std::move(why),
             .remedy = "estima knows v0.0." + std::to_string(slurm_dialects[0].number) + " to v0.0." +
                       std::to_string(std::end(slurm_dialects)[-1].number) + "; slurmrestd -s says which it has"}};
    }

    void note_version(json const& body) {
        if (!slurm_version_.empty() || !body.contains("meta") || !body["meta"].is_object()) return;
        for (char const* const key : {"Slurm", "slurm"})
            if (auto const found = body["meta"].find(key); found != body["meta"].end() && found->is_object())
                slurm_version_ = detail::slurm_text(*found, "release");
    }

    slurm_target target_;
    std::stop_token stop_;
    slurm_token token_;
    http_client http_;
    slurm_dialect const* dialect_ = nullptr;
    std::string slurm_version_{};
    double distance_ = 0, last_ = 0;
};

}  // namespace estima::inline v0_1
