// SPDX-License-Identifier: BSL-1.0
#include <estima/history/artifacts.hpp>

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

#include "../../support/temporary_directory.hpp"
#include "../../support/umask_here.hpp"

namespace {
namespace fs = std::filesystem;

struct run_with_outputs {
    estima_test::temporary_directory folder{};
    estima::run_directory run{folder / "runs/digits_1_0"};
    estima::run_record record{};

    run_with_outputs() {
        fs::create_directories(run.outputs());
        fs::create_directories(run.logs());
        fs::create_directories(run.system_logs());
        record.status = estima::run_status::completed;
    }
    void put(fs::path const& file, std::string const& text) const {
        fs::create_directories(file.parent_path());
        std::ofstream{file, std::ios::binary} << text;
    }
    void output(std::string const& name, std::string const& text) {
        put(run.code() / name, text);
        record.artifacts.push_back({name, text.size(), estima::sha256_hex(text)});
    }
    std::string error_of(std::string const& name) {
        try {
            estima::copy_out(run, record, name, folder / "copy");
        } catch (estima::error const& e) {
            CHECK_FALSE(fs::exists(folder / "copy"));
            return e.id() + " " + e.what();
        }
        return "";
    }
    std::size_t files_in(fs::path const& place) const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator{place}, fs::directory_iterator{}));
    }
};
}  // namespace

TEST_CASE("the files of a run are its recorded outputs, its logs and what its processes wrote") {
    run_with_outputs f;
    f.output("outputs/b/model.pkl", "model");
    f.put(f.run.outputs() / "not recorded", "x");
    f.put(f.run.logs() / "tb" / "events", "x");
    f.put(f.run.rank_stdout(0), "x");
    f.put(f.run.code() / "train.py", "x");
    CHECK(estima::file_names(f.run, f.record) ==
          std::vector<std::string>{"logs/tb/events", "outputs/b/model.pkl", "system_logs/rank_0_stdout.txt"});
}

TEST_CASE("links that lead out of the run are no files of it") {
    run_with_outputs f;
    f.put(f.folder / "outside/secret", "x");
    f.put(f.run.logs() / "real", "x");
    fs::create_symlink("real", f.run.logs() / "alias");
    fs::create_symlink(f.folder / "outside/secret", f.run.logs() / "secret");
    fs::create_symlink("../../../../outside/secret", f.run.logs() / "also secret");
    fs::create_symlink(f.folder / "outside", f.run.logs() / "folder");
    CHECK(estima::file_names(f.run, f.record) == std::vector<std::string>{"logs/alias", "logs/real"});
    fs::remove_all(f.run.logs());
    fs::create_directory_symlink(f.folder / "outside", f.run.logs());
    CHECK(estima::file_names(f.run, f.record).empty());
    fs::remove(f.run.logs());
    f.put(f.run.code() / "inside/log", "x");
    fs::create_directory_symlink("inside", f.run.logs());
    CHECK(estima::file_names(f.run, f.record) == std::vector<std::string>{"logs/log"});
}

TEST_CASE("a file is copied out whole, with its folders made and its mode kept") {
    run_with_outputs f;
    std::string const large(1'000'001, 'm');
    f.output("outputs/model.pkl", large);
    fs::permissions(f.run.outputs() / "model.pkl", fs::perms::owner_all);
    fs::path const target = f.folder.path() / "a" / "b" / "model.pkl";
    mode_t const mask = GENERATE(mode_t{077}, mode_t{022}, mode_t{002});
    estima_test::umask_here const set{mask};
    estima::copy_out(f.run, f.record, "outputs/model.pkl", target);
    CHECK(estima::read_file(target) == large);
    struct stat status {};
    REQUIRE(::stat(target.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == (0777 & ~mask));
    f.put(f.run.logs() / "l", "log");
    estima::copy_out(f.run, f.record, "./logs/l", target);  // replaces it
    CHECK(estima::read_file(target) == "log");
    REQUIRE(::stat(target.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == (0666 & ~mask));
    CHECK(f.files_in(target.parent_path()) == 1);
}

TEST_CASE("an output that was changed later is refused and nothing is left") {
    run_with_outputs f;
    f.output("outputs/model.pkl", "model");
    f.put(f.run.outputs() / "model.pkl", "m0del");
    CHECK(f.error_of("outputs/model.pkl").starts_with("EST-504"));
    CHECK(f.files_in(f.folder.path()) == 1);  // runs
}

TEST_CASE("a name that the run does not have is answered with what there is") {
    run_with_outputs f;
    CHECK(f.error_of("outputs/none").find("it has no files") != std::string::npos);
    f.output("outputs/model.pkl", "model");
    f.output("outputs/report.html", "report");
    std::string const text = f.error_of("model.pkl");
    CHECK(text.starts_with("EST-502"));
    CHECK(text.find("outputs/model.pkl, outputs/report.html") != std::string::npos);
    f.record.status = estima::run_status::running;
    CHECK(f.error_of("outputs/none").find("when the script has ended") != std::string::npos);
}

TEST_CASE("no name leads out of the run") {
    run_with_outputs f;
    f.put(f.folder / "secret", "secret");
    CHECK(f.error_of("logs/../../../../secret").starts_with("EST-503"));
    CHECK(f.error_of("system_logs/../../../secret").starts_with("EST-503"));
    CHECK(f.error_of("outputs/../../../../secret").starts_with("EST-502"));
    CHECK(f.error_of((f.folder / "secret").string()).starts_with("EST-502"));
    CHECK(f.error_of("../../../secret").starts_with("EST-502"));
    fs::create_symlink(f.folder / "secret", f.run.logs() / "link");
    CHECK(f.error_of("logs/link").starts_with("EST-503"));
    fs::create_directory_symlink("../../../..", f.run.logs() / "up");
    CHECK(f.error_of("logs/up/secret").starts_with("EST-503"));
    // An artifact of that name in a forged journal does not help either.
    f.record.artifacts.push_back({"../../../secret", 6, estima::sha256_hex("secret")});
    CHECK(f.error_of("../../../secret").starts_with("EST-503"));
}

TEST_CASE("a link that stays in the run is followed") {
    run_with_outputs f;
    f.output("outputs/epoch_3.pkl", "model");
    fs::create_symlink("epoch_3.pkl", f.run.outputs() / "latest");
    f.record.artifacts.push_back({"outputs/latest", 5, estima::sha256_hex("model")});
    CHECK(f.error_of("outputs/latest").empty());
    CHECK(estima::read_file(f.folder / "copy") == "model");
}

TEST_CASE("what is no regular file is refused without waiting for it") {
    run_with_outputs f;
    REQUIRE(::mkfifo((f.run.logs() / "pipe").c_str(), 0600) == 0);
    CHECK(f.error_of("logs/pipe").starts_with("EST-502"));
    CHECK(f.error_of("logs/").starts_with("EST-502"));
    CHECK(f.error_of("logs/none").starts_with("EST-301"));
}

TEST_CASE("a walk without links refuses the same ways out") {
    run_with_outputs f;
    f.put(f.folder / "secret", "secret");
    f.put(f.run.logs() / "a" / "l", "log");
    fs::create_symlink(f.folder / "secret", f.run.logs() / "link");
    auto opens = [&f](char const* name) {
        return static_cast<bool>(estima::detail::open_without_links(f.run.code(), name));
    };
    CHECK(opens("logs/a/l"));
    CHECK(opens("logs//./a/l"));
    CHECK_FALSE(opens("logs/link"));
    CHECK_FALSE(opens("logs/../../x"));
    CHECK_FALSE(opens("logs/none"));
}
