// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <string>

#include <estima/hosts/ssh_session.hpp>
#include <estima/hosts/ssh_target.hpp>

using estima::json;
using estima::ssh_target;

namespace {
std::string refusal(std::string const& text) {
    try {
        estima::ssh_target_from_json(json::parse(text), "targets.json, lab");
    } catch (estima::error const& e) {
        return e.id() + " " + e.text().where + ": " + e.text().why + "; " + e.text().remedy;
    }
    return "";
}
bool is_refused_at(std::string const& text, std::string const& place) {
    std::string const said = refusal(text);
    INFO(text << " -> " << said);
    return said.starts_with("EST-721 targets.json, lab, " + place + ":");
}
}  // namespace

TEST_CASE("settings of an ssh target go to JSON and back") {
    ssh_target all{.hosts = {{"n1"}, {"n2", 4}},
                   .user = "me",
                   .port = 2222,
                   .key = "/k",
                   .known_hosts = "/h",
                   .config = "/c",
                   .host_keys = estima::host_key_policy::accept_new,
                   .network = "10.0.0.0/24",
                   .folder = "/scratch/%u",
                   .launcher = "/opt/estima-launch",
                   .connect_seconds = 2.5,
                   .silence_seconds = 7,
                   .return_seconds = 60,
                   .left_folder_days = 1,
                   .keep_folders = true};
    CHECK(estima::ssh_target_from_json(to_json(all), "x") == all);
    ssh_target const least{.hosts = {{"n1"}}};
    CHECK(estima::ssh_target_from_json(json::parse(R"({"hosts": ["n1"]})"), "x") == least);
    CHECK(estima::ssh_target_from_json(to_json(least), "x") == least);
}

TEST_CASE("settings of an ssh target that cannot be meant are refused, and the place is named") {
    CHECK(is_refused_at("{}", "hosts"));
    CHECK(is_refused_at(R"({"hosts": []})", "hosts"));
    CHECK(is_refused_at(R"({"hosts": "n1"})", "hosts"));
    CHECK(is_refused_at(R"({"hosts": [1]})", "hosts"));
    CHECK(is_refused_at(R"({"hosts": [{"slots": 2}]})", "hosts"));
    CHECK(is_refused_at(R"({"hosts": [{"name": "n1", "slots": 0}]})", "slots"));
    CHECK(is_refused_at(R"({"hosts": [{"name": "n1", "slot": 1}]})", "slot"));
    for (char const* const name : {"", "-oProxyCommand=x", "a b", "me@n1", "n1:4", "n1,n2", "n1;reboot", "$(x)"})
        CHECK(is_refused_at(json{{"hosts", {name}}}.dump(), "hosts"));
    for (char const* const member : {R"("port": "22")", R"("port": -1)", R"("user": 3)", R"("key": "a\nb")",
                                     R"("folder": "\"")", R"("host_keys": "no")", R"("connect_seconds": 0)",
                                     R"("silence_seconds": "1")", R"("return_seconds": -1)", R"("keep_folders": 1)"}) {
        std::string const place = json::parse("{" + std::string{member} + "}").begin().key();
        CHECK(is_refused_at(R"({"hosts": ["n1"], )" + std::string{member} + "}", place));
    }
    CHECK(refusal(R"({"hosts": ["n1"], "silence_second": 3})").find("did you mean \"silence_seconds\"?") !=
          std::string::npos);
    CHECK(refusal(R"({"hosts": ["n1"], "colour": 3})").find("docs/ssh.md") != std::string::npos);
}

TEST_CASE("why ssh failed, from what it says") {
    auto const id = [](std::vector<std::string> const& said) {
        auto const f = estima::why_ssh_failed("n2", said);
        return f.id + (f.may_pass ? " may pass" : "");
    };
    CHECK(id({"@@@@", "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
              "Host key verification failed."}) == "EST-724");
    CHECK(id({"No ED25519 host key is known for n2 and you have requested strict checking.",
              "Host key verification failed."}) == "EST-724");
    CHECK(id({"root@n2: Permission denied (publickey)."}) == "EST-723");
    CHECK(id({"Load key \"/k\": invalid format", "root@n2: Permission denied (publickey)."}) == "EST-723");
    CHECK(id({"ssh: Could not resolve hostname n2: Name or service not known"}) == "EST-722");
    CHECK(id({"ssh: connect to host n2 port 22: Connection refused"}) == "EST-722 may pass");
    CHECK(id({"ssh: connect to host n2 port 22: No route to host"}) == "EST-722 may pass");
    CHECK(id({"ssh: connect to host n2 port 22: Connection timed out"}) == "EST-722 may pass");
    CHECK(id({"kex_exchange_identification: read: Connection reset by peer"}) == "EST-722 may pass");
    CHECK(id({}) == "EST-722");
    CHECK(estima::why_ssh_failed("n2", {"REMOTE HOST IDENTIFICATION HAS CHANGED"}).remedy.find("ssh-keygen -R n2") !=
          std::string::npos);
}
