// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include <estima/slurm/slurm_submission.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/slurm/slurm_words.hpp>

#include "../../support/error_of.hpp"

namespace {
using estima::json;
using estima::slurm_megabytes;
using estima::slurm_minutes;
using estima::slurm_target;
using estima_test::error_of;

std::string refused(json const& j) {
    return error_of([&] { estima::slurm_target_from_json(j, "targets.json, gpu"); });
}
json usable() { return {{"kind", "slurm"}, {"url", "https://head:6820"}}; }
}  // namespace

TEST_CASE("times are read as sbatch reads them") {
    CHECK(slurm_minutes("30") == 30);
    CHECK(slurm_minutes("30:00") == 30);
    CHECK(slurm_minutes("0:01") == 1);
    CHECK(slurm_minutes("30:01") == 31);
    CHECK(slurm_minutes("4:00:00") == 240);
    CHECK(slurm_minutes("2-12") == 3600);
    CHECK(slurm_minutes("2-12:30") == 3630);
    CHECK(slurm_minutes("2-12:30:01") == 3631);
    for (char const* const none : {"", "0", "x", "1:2:3:4", "-1", "1-", "1.5", "99999999999", "4 h", "-"})
        CHECK_FALSE(slurm_minutes(none).has_value());
}

TEST_CASE("sizes are read as sbatch reads them") {
    CHECK(slurm_megabytes("4000") == 4000);
    CHECK(slurm_megabytes("500M") == 500);
    CHECK(slurm_megabytes("16G") == 16 * 1024);
    CHECK(slurm_megabytes("1T") == 1024 * 1024);
    for (char const* const none : {"", "0", "G", "16 GB", "-1", "1.5G"}) CHECK_FALSE(slurm_megabytes(none).has_value());
}

TEST_CASE("the tasks of an array that wait are read as Slurm writes them") {
    using tasks = std::vector<int>;
    CHECK(estima::slurm_tasks("3-5") == tasks{3, 4, 5});
    CHECK(estima::slurm_tasks("0,5-6%2") == tasks{0, 5, 6});
    CHECK(estima::slurm_tasks("1-9:4") == tasks{1, 5, 9});
    CHECK(estima::slurm_tasks("[7]") == tasks{7});
    CHECK(estima::slurm_tasks("0-1,...") == tasks{0, 1});
    CHECK(estima::slurm_tasks("").empty());
}

TEST_CASE("a target's settings go through JSON and back") {
    json j = usable();
    j.update({{"user", "me"},
              {"token_file", "/home/me/token"},
              {"partition", "gpu"},
              {"time_limit", "4:00:00"},
              {"memory", "16G"},
              {"gres", "tmpdisk:1"},
              {"gpus_per_node", 2},
              {"exclusive", true},
              {"requeue", true},
              {"nice", 5},
              {"setup", json::array({"module load openmpi", "export A=\"b\""})},
              {"poll_seconds", 2}});
    slurm_target const target = estima::slurm_target_from_json(j, "");
    CHECK(target.partition == "gpu");
    CHECK(target.setup == "module load openmpi\nexport A=\"b\"\n");
    CHECK(estima::slurm_target_from_json(estima::to_json(target), "") == target);
    slurm_target plain;
    plain.url = "https://head:6820";
    CHECK(estima::slurm_target_from_json(usable(), "") == plain);

    estima::slurm_job_request const r = estima::job_request(target);
    CHECK(r.time_limit_minutes == 240);
    CHECK(r.memory_mb == 16384);
    CHECK(r.gres == "tmpdisk:1,gpu:2");
    CHECK(r.exclusive);
}

TEST_CASE("settings that cannot be used name their place, and what was meant") {
    json j = usable();
    j["partitoin"] = "gpu";
    CHECK(refused(j).find("did you mean \"partition\"?") != std::string::npos);
    CHECK(refused(j).find("targets.json, gpu, partitoin") != std::string::npos);
    auto with = [](char const* key, json const& value) {
        json one = usable();
        one[key] = value;
        return refused(one);
    };
    for (std::string const& error :
         {with("url", "head:6820"), with("time_limit", "soon"), with("memory", "much"), with("poll_seconds", 0.1),
          with("nice", "5"), with("exclusive", 1), with("setup", 3), with("user", "a\nb"), refused({{"kind", "slurm"}}),
          refused(json::array())})
        CHECK(error.find("EST-721") != std::string::npos);
    CHECK(with("token", "s3cr3t").find("token_file") != std::string::npos);
    CHECK(with("token", "s3cr3t").find("s3cr3t") == std::string::npos);
    CHECK(error_of([] { estima::job_request({.url = "https://x", .memory = "much"}); }).find("EST-721") !=
          std::string::npos);
}
