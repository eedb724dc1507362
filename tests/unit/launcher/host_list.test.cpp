// SPDX-License-Identifier: BSL-1.0
#include <estima/launcher/host_list.hpp>
#include <estima/launcher/slurm_time_limit.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace {
using estima::expand_host_list;
using names = std::vector<std::string>;
}  // namespace

TEST_CASE("a list of hosts as Slurm writes it") {
    CHECK(expand_host_list("n1") == names{"n1"});
    CHECK(expand_host_list("n[1-3,7]") == names{"n1", "n2", "n3", "n7"});
    CHECK(expand_host_list("n[08-11]") == names{"n08", "n09", "n10", "n11"});
    CHECK(expand_host_list("login,n[1,3],gpu-[2-3].lab") == names{"login", "n1", "n3", "gpu-2.lab", "gpu-3.lab"});
    CHECK(expand_host_list("r[1-2]c[01-02]") == names{"r1c01", "r1c02", "r2c01", "r2c02"});
    CHECK(expand_host_list("n[1-10000]")->size() == 10000);
    for (char const* const bad : {"", "n[1-", "n[]", "n[3-1]", "n[a-b]", "n1,,n2", "n[1-99999999]"})
        CHECK_FALSE(expand_host_list(bad));
}

TEST_CASE("the time that Slurm leaves a job") {
    CHECK(estima::slurm_seconds("00:01:05") == 65);
    CHECK(estima::slurm_seconds("2-03:00:00") == 2 * 86400 + 3 * 3600);
    CHECK_FALSE(estima::slurm_seconds("UNLIMITED"));
    CHECK_FALSE(estima::slurm_seconds(""));
    auto const left =
        estima::slurm_time_limit::left_of("JobId=7 JobState=RUNNING RunTime=00:00:40 TimeLimit=00:01:00 TimeMin=N/A");
    REQUIRE(left);
    CHECK(left->seconds == 20);
    CHECK(left->lead == 10);
    CHECK(estima::slurm_time_limit::left_of("JobId=7 RunTime=00:00:40 TimeLimit=1-00:00:00 ")->lead == 60);
    CHECK_FALSE(estima::slurm_time_limit::left_of("JobId=7 RunTime=00:00:40 TimeLimit=UNLIMITED "));
    CHECK_FALSE(estima::slurm_time_limit::left_of("slurm_load_jobs error: Unable to contact slurm controller"));
}
