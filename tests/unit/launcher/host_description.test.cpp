// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include <estima/history/host_record.hpp>
#include <estima/launcher/host_description.hpp>

#include <support/fake_run.hpp>

namespace {
using namespace estima_test;
}

TEST_CASE("a host is described by what its system tells") {
    temporary_directory root;
    write_file(root / "etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    write_file(root / "proc/cpuinfo",
               "processor\t: 0\nmodel name\t: A Processor @ 3.0GHz\nprocessor\t: 1\nmodel name\t: another\n");
    write_file(root / "proc/driver/nvidia/gpus/0000:02:00.0/information", "Model: \t\t NVIDIA A100\nIRQ: 1\n");
    write_file(root / "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H100\n");
    estima::json const event = estima::host_description(root.path());
    std::vector<estima::host_record> hosts;
    estima::detail::take_host_event(hosts, event);
    REQUIRE(hosts.size() == 1);
    CHECK(hosts[0].host == estima::host_name());
    CHECK(hosts[0].distribution == "Debian GNU/Linux 12 (bookworm)");
    CHECK(hosts[0].processor == "A Processor @ 3.0GHz");
    CHECK(hosts[0].gpus == std::vector<std::string>{"NVIDIA H100", "NVIDIA A100"});

    temporary_directory empty;
    estima::json const little = estima::host_description(empty.path());
    CHECK(little["processor"] == "");
    CHECK(little["gpus"].empty());
}

TEST_CASE("events of a host come together, and one that is not right changes nothing") {
    std::vector<estima::host_record> hosts;
    estima::detail::take_host_event(hosts, {{"event", "environment"}, {"host", "a"}, {"python_version", "3.11.2"}});
    estima::detail::take_host_event(hosts, {{"event", "host"}, {"host", "b"}, {"cores", 4}});
    estima::detail::take_host_event(hosts, {{"event", "host"}, {"host", "a"}, {"cores", 2}});
    auto const before = hosts;
    CHECK_THROWS_AS(estima::detail::take_host_event(hosts, {{"event", "host"}, {"host", "a"}, {"cores", 1e300}}),
                    estima::json::exception);
    CHECK_THROWS_AS(estima::detail::take_host_event(hosts, {{"event", "host"}, {"host", "c"}, {"gpus", 3}}),
                    estima::json::exception);
    CHECK(hosts == before);
    REQUIRE(hosts.size() == 2);
    CHECK(hosts[0].python_version == "3.11.2");
    CHECK(hosts[0].cores == 2);
    CHECK(hosts[1].cores == 4);
}
