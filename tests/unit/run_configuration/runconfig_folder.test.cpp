// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <estima/runconfig_file/save_runconfig.hpp>
#include <support/temporary_directory.hpp>

#include "generated_configuration.hpp"

namespace {
using namespace estima;
namespace fs = std::filesystem;

class project {
public:
    fs::path path() const { return folder_.path(); }
    fs::path operator/(std::string const& name) const { return folder_.path() / name; }
    void write(std::string const& name, std::string const& text) const {
        fs::create_directories((*this / name).parent_path());
        std::ofstream{*this / name, std::ios::binary} << text;
    }
    std::string script(std::string const& name) const { return load_runconfig(path(), name).configuration.script; }

private:
    estima_test::temporary_directory folder_;
};

template <class Action>
std::string refusal_id(Action const& action) {
    try {
        action();
    } catch (error const& e) {
        return e.id();
    }
    return "taken";
}
}  // namespace

TEST_CASE("a configuration is looked for by its name, then with the suffix, in .azureml, aml_config and the folder") {
    project const p;
    CHECK(refusal_id([&] { p.script("a"); }) == "EST-107");
    p.write("a.runconfig", "script: root-suffix");
    CHECK(p.script("a") == "root-suffix");
    p.write("a", "script: root");
    CHECK(p.script("a") == "root");
    p.write("aml_config/a.runconfig", "script: early-suffix");
    CHECK(p.script("a") == "early-suffix");
    p.write("aml_config/a", "script: early");
    CHECK(p.script("a") == "early");
    p.write(".azureml/a.runconfig", "script: suffix");
    CHECK(p.script("a") == "suffix");
    CHECK(p.script("a.runconfig") == "suffix");
    p.write(".azureml/a", "script: name");
    CHECK(p.script("a") == "name");
    CHECK(load_runconfig(p / ".azureml/a.runconfig").configuration.script == "suffix");
}

TEST_CASE("a configuration that is not there is told with all places that were tried") {
    project const p;
    try {
        load_runconfig(p.path(), "a");
        FAIL("it was found");
    } catch (error const& e) {
        for (char const* place :
             {".azureml/a", ".azureml/a.runconfig", "aml_config/a", "aml_config/a.runconfig", "/a", "/a.runconfig"})
            CHECK(e.text().why.find(place) != std::string::npos);
    }
    CHECK(refusal_id([&] { load_runconfig(p.path()); }) == "EST-107");
    CHECK(refusal_id([&] { load_runconfig(p / "nowhere"); }) == "EST-107");
    CHECK(refusal_id([&] { load_runconfig(p.path(), "../a"); }) == "EST-108");
    CHECK(refusal_id([&] { load_runconfig(p.path(), std::string("a\0b", 3)); }) == "EST-108");
}

TEST_CASE("the environment and the packages of other files are read with it") {
    project const p;
    p.write(".azureml/a.runconfig", "script: a.py\n");
    p.write(".azureml/environment.yml", "python:\n  condaDependenciesFile: env.yml\n  what: 1\n");
    p.write("env.yml", "name: e\nchannels: [conda-forge]\ndependencies:\n- python=3.8\n- pip:\n  - torch\n- numpy\n");
    loaded_runconfig const loaded = load_runconfig(p.path(), "a");
    auto const& python = loaded.configuration.environment.python;
    REQUIRE(python.conda_dependencies);
    CHECK(python.conda_dependencies->name == "e");
    CHECK(python.conda_dependencies->dependencies == package_list{{"python=3.8", "numpy"}, {"torch"}});
    CHECK(loaded.files.size() == 3);
    CHECK(std::string{loaded.origin.of("environment.python.condaDependenciesFile")}.ends_with("environment.yml:2"));
    CHECK(std::string{loaded.origin.of("environment.python.condaDependencies.channels")}.ends_with("/env.yml:2"));
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].where.find("environment.yml:3:3 (environment.python.what)") != std::string::npos);

    p.write("env.yml", "dependencies:\n- python: 3\n");
    try {
        load_runconfig(p.path(), "a");
        FAIL("it was taken");
    } catch (error const& e) {
        CHECK(e.id() == "EST-105");
        CHECK(e.text().where.find("/env.yml:2:3 (environment.python.condaDependencies.dependencies.0)") !=
              std::string::npos);
    }
    fs::remove(p / "env.yml");
    CHECK(load_runconfig(p.path(), "a").warnings[0].id == "EST-124");
    p.write(".azureml/env.yml", "dependencies: [x]");
    CHECK(
        load_runconfig(p.path(), "a").configuration.environment.python.conda_dependencies->dependencies.conda.size() ==
        1);
    p.write(".azureml/b.runconfig", "script: b.py\nenvironment: {name: own}\n");  // has one: the other is left alone
    CHECK(load_runconfig(p.path(), "b").configuration.environment.python == python_section{});
}

TEST_CASE("any run configuration is read back from the folder that it was saved to") {
    estima_test::configuration_generator generator{3};
    project const p;
    for (int i = 0; i < 40; ++i) {
        run_configuration c = generator.next();
        c.environment.python.conda_dependencies_file = i % 2 == 0 ? "" : "packages.yml";
        fs::remove_all(p / ".azureml");
        fs::remove(p / "packages.yml");
        saved_runconfig const saved = save_runconfig(
            c, p.path(), "one", {.environment = i % 3 == 0 ? separate_environment::yes : separate_environment::no});
        if (c.environment.python.conda_dependencies && c.environment.python.conda_dependencies_file.empty())
            c.environment.python.conda_dependencies_file = ".azureml/conda_dependencies.yml";
        CHECK(saved.configuration == c);
        INFO(read_file(p / ".azureml/one.runconfig"));
        REQUIRE(load_runconfig(p.path(), "one").configuration == c);
        CHECK(saved.files.size() == 1u + c.environment.python.conda_dependencies.has_value() + (i % 3 == 0));
        for (fs::path const& file : saved.files) CHECK(fs::is_regular_file(file));
    }
}

TEST_CASE("a configuration is saved where Azure's SDK looks for it") {
    project const p;
    run_configuration const c{.script = "a.py"};
    CHECK(save_runconfig(c, p.path(), "a").files[0] == p / ".azureml/a.runconfig");
    CHECK(save_runconfig(c, p.path(), "a.runconfig").files[0] == p / ".azureml/a.runconfig");
    CHECK(save_runconfig(c, p / "b.yml").files[0] == p / "b.yml");
    CHECK(load_runconfig(p / "b.yml").configuration == c);
    project const early;
    fs::create_directory(early / "aml_config");
    CHECK(save_runconfig(c, early.path(), "a").files[0] == early / "aml_config/a.runconfig");

    CHECK(refusal_id([&] { save_runconfig(c, p.path()); }) == "EST-108");
    CHECK(refusal_id([&] { save_runconfig(c, p.path(), "x/y"); }) == "EST-108");
    CHECK(refusal_id([&] { save_runconfig(c, p / "no/file.yml"); }) == "EST-108");
    CHECK(refusal_id([&] { save_runconfig(c, p / "no", "a"); }) == "EST-108");
    run_configuration with_packages = c;
    with_packages.environment.python.conda_dependencies = conda_section{};
    for (char const* outside : {"/etc/conda.yml", "../conda.yml", "a/../../conda.yml"}) {
        with_packages.environment.python.conda_dependencies_file = outside;
        CHECK(refusal_id([&] { save_runconfig(with_packages, p.path(), "a"); }) == "EST-108");
    }
}

TEST_CASE("a conda file that says the same already keeps its comments") {
    project const p;
    run_configuration c{.script = "a.py"};
    c.environment.python.conda_dependencies_file = "env.yml";
    c.environment.python.conda_dependencies = conda_section{.dependencies = {{"numpy"}, {}}};
    p.write("env.yml", "# by hand\ndependencies: [numpy]\n");
    save_runconfig(c, p.path(), "a");
    CHECK(read_file(p / "env.yml") == "# by hand\ndependencies: [numpy]\n");
    c.environment.python.conda_dependencies->dependencies.conda.push_back("scipy");
    save_runconfig(c, p.path(), "a");
    CHECK(read_file(p / "env.yml").find("- scipy") != std::string::npos);
}

TEST_CASE("saving a second configuration leaves the packages of the first as they are") {
    project const p;
    auto with = [](std::string const& package) {
        run_configuration c{.script = package + ".py"};
        c.environment.python.conda_dependencies = conda_section{.dependencies = {{package}, {}}};
        return c;
    };
    auto file = [](saved_runconfig const& saved) {
        return saved.configuration.environment.python.conda_dependencies_file;
    };
    auto loaded = [&p](std::string const& name) { return load_runconfig(p.path(), name).configuration; };

    saved_runconfig const first = save_runconfig(with("numpy"), p.path(), "first");
    saved_runconfig const second = save_runconfig(with("scipy"), p.path(), "second");
    saved_runconfig const same = save_runconfig(with("numpy"), p.path(), "same");
    CHECK(file(first) == ".azureml/conda_dependencies.yml");
    CHECK(file(second) == ".azureml/second_conda_dependencies.yml");
    CHECK(file(same) == file(first));
    CHECK(second.files == std::vector<fs::path>{p / ".azureml/second.runconfig",
                                                p / ".azureml/second_conda_dependencies.yml"});
    CHECK(loaded("first") == first.configuration);
    CHECK(loaded("second") == second.configuration);

    // Saved again with other packages: the file that is shared stays, its own is replaced.
    for (char const* package : {"pandas", "dask"}) {
        run_configuration changed = loaded("first");
        changed.environment.python.conda_dependencies->dependencies.conda = {package};
        saved_runconfig const again = save_runconfig(changed, p.path(), "first");
        CHECK(file(again) == ".azureml/first_conda_dependencies.yml");
        CHECK(loaded("first") == again.configuration);
    }
    CHECK(loaded("same") == same.configuration);
    CHECK(loaded("second") == second.configuration);

    // Loaded, changed, and saved under another name: the file of its own that it names is another's.
    run_configuration third = loaded("second");
    third.environment.python.conda_dependencies->dependencies.conda = {"jax"};
    CHECK(file(save_runconfig(third, p.path(), "third")) == ".azureml/third_conda_dependencies.yml");
    CHECK(loaded("second") == second.configuration);
}

TEST_CASE("several that save into a new folder at the same time each read their own packages and environment back") {
    for (separate_environment const environment : {separate_environment::no, separate_environment::yes})
        for (int round = 0; round < 20; ++round) {
            project const p;
            constexpr int savers = 6;
            std::vector<run_configuration> saved(savers);
            std::vector<std::thread> threads;
            std::latch all_are_there{savers};
            for (int i = 0; i < savers; ++i)
                threads.emplace_back([&, i] {
                    run_configuration c{.script = "train.py"};
                    std::string const package = "package" + std::to_string(i);
                    c.environment.name = package;
                    c.environment.python.conda_dependencies = conda_section{.dependencies = {{package}, {}}};
                    all_are_there.arrive_and_wait();
                    std::string const name = "job" + std::to_string(i);
                    saved[static_cast<std::size_t>(i)] =
                        save_runconfig(c, p.path(), name, {.environment = environment}).configuration;
                });
            for (std::thread& one : threads) one.join();
            for (int i = 0; i < savers; ++i) {
                run_configuration const& wanted = saved[static_cast<std::size_t>(i)];
                REQUIRE(load_runconfig(p.path(), "job" + std::to_string(i)).configuration == wanted);
                REQUIRE(wanted.environment.python.conda_dependencies->dependencies.conda.size() == 1);
                REQUIRE(wanted.environment.python.conda_dependencies->dependencies.conda[0] ==
                        "package" + std::to_string(i));
            }
            std::vector<std::string> const names = names_in(p / ".azureml");
            CHECK(names.size() == (environment == separate_environment::yes ? 2 * savers + 1 : 2 * savers));
        }
}

TEST_CASE("a run configuration is not saved over the files that stand beside them") {
    project const p;
    for (char const* const name : {"conda_dependencies.yml", "environment.yml"})
        CHECK(refusal_id([&] { save_runconfig({.script = "a.py"}, p / name); }) == "EST-108");
    CHECK(refusal_id([&] { save_runconfig({.script = "a.py"}, p / "a.yml"); }) == "taken");
}

TEST_CASE("an environment.yml that another configuration is read with is not replaced") {
    project const p;
    run_configuration c{.script = "a.py"};
    c.environment.name = "first";
    save_options const separate{.environment = separate_environment::yes};
    save_runconfig(c, p.path(), "first", separate);
    c.environment.docker.shm_size = "4g";
    CHECK(save_runconfig(c, p.path(), "first", separate).files.size() == 2);  // its own is replaced
    run_configuration const first = load_runconfig(p.path(), "first").configuration;
    CHECK(first == c);
    CHECK(save_runconfig(c, p.path(), "same", separate).warnings.empty());
    c.environment.name = "second";
    saved_runconfig const saved = save_runconfig(c, p.path(), "second", separate);
    CHECK(saved.files == std::vector<fs::path>{p / ".azureml/second.runconfig"});
    REQUIRE(saved.warnings.size() == 1);
    CHECK(saved.warnings[0].id == "EST-126");
    CHECK(load_runconfig(p.path(), "first").configuration == first);
    CHECK(load_runconfig(p.path(), "second").configuration == saved.configuration);
}

TEST_CASE("what is no regular file of a fair size is not read") {
    project const p;
    p.write(".azureml/large.runconfig", std::string(largest_runconfig_file + 1, '#'));
    CHECK(refusal_id([&] { load_runconfig(p.path(), "large"); }) == "EST-106");
    fs::create_directory(p / ".azureml/folder");
    CHECK(refusal_id([&] { load_runconfig(p.path(), "folder"); }) == "EST-107");
}
