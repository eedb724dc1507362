// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/host_facts.hpp>

#include <cstdlib>
#include <fstream>
#include <optional>

#include <support/scoped_variable.hpp>
#include <support/temporary_directory.hpp>

namespace {

using estima_test::scoped_variable;

std::string make_program(std::filesystem::path const& file) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << "#!/bin/sh\n";
    std::filesystem::permissions(file, std::filesystem::perms{0755});
    return file.string();
}

}  // namespace

TEST_CASE("an explicit path of the launcher is the only place looked at") {
    estima_test::temporary_directory place;
    std::string const program = make_program(place / "my-launch");
    CHECK(estima::find_launcher(program) == program);
    scoped_variable const set{"ESTIMA_LAUNCH", program};
    try {
        estima::find_launcher("/no/such/program");
        FAIL("found");
    } catch (estima::error const& e) {
        CHECK(e.id() == "EST-400");
        CHECK(e.text().why.find("/no/such/program") != std::string::npos);
        CHECK(e.text().why.find(program) == std::string::npos);
    }
}

TEST_CASE("$ESTIMA_LAUNCH comes before PATH, and is not passed over when it is wrong") {
    estima_test::temporary_directory place;
    make_program(place / "bin/estima-launch");
    std::string const program = make_program(place / "other");
    scoped_variable const path{"PATH", (place / "bin").string()};
    scoped_variable const set{"ESTIMA_LAUNCH", program};
    CHECK(estima::find_launcher() == program);
    scoped_variable const wrong{"ESTIMA_LAUNCH", "/no/such/program"};
    CHECK_THROWS_AS(estima::find_launcher(), estima::error);
}

TEST_CASE("a launcher that is nowhere: the error lists every place in the order of the search") {
    estima_test::temporary_directory place;
    scoped_variable const unset{"ESTIMA_LAUNCH", std::nullopt};
    scoped_variable const path{"PATH", place.path().string()};
    std::string why;
    try {
        // Where these tests were built the launcher may stand: then there is no error to look at.
        std::string const found = estima::find_launcher();
        CHECK(estima::is_executable_file(found));
    } catch (estima::error const& e) {
        why = e.text().why;
        std::size_t const beside = why.find("beside the running program"), headers = why.find("with the headers"),
                          in_path = why.find("in PATH: " + place.path().string());
        bool const has_absolute_headers = headers != std::string::npos;
        CHECK(beside < in_path);
        CHECK((!has_absolute_headers || (beside < headers && headers < in_path)));
        CHECK(in_path != std::string::npos);
    }
}

TEST_CASE("mpirun: option, variable, PATH; its absence names the package") {
    estima_test::temporary_directory place;
    std::string const in_path = make_program(place / "bin/mpirun"), other = make_program(place / "other");
    scoped_variable const path{"PATH", (place / "bin").string()};
    scoped_variable const unset{"ESTIMA_MPIRUN", std::nullopt};
    CHECK(estima::find_mpirun() == in_path);
    CHECK(estima::find_mpirun(other) == other);
    {
        scoped_variable const set{"ESTIMA_MPIRUN", other};
        CHECK(estima::find_mpirun() == other);
    }
    scoped_variable const empty{"PATH", (place / "nothing").string()};
    CHECK_THROWS_WITH(estima::find_mpirun(), Catch::Matchers::Contains("[EST-401]") && Catch::Matchers::Contains("openmpi-bin"));
}

TEST_CASE("a free port is outside of what the kernel gives to outgoing connections, and can be had") {
    int low = 0, high = 0;
    REQUIRE(std::sscanf(estima::detail::read_proc("/proc/sys/net/ipv4/ip_local_port_range").c_str(), "%d %d", &low,
                        &high) == 2);
    for (int i = 0; i < 20; ++i) {
        int const port = estima::free_ports(1).at(0);
        CHECK((port < low || port > high));
        CHECK(port >= 1024);
        CHECK(port <= 65535);
    }
}

TEST_CASE("a port that is listened on is not free") {
    estima::file_descriptor const fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(fd.get(), 1) == 0);
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    CHECK_FALSE(estima::detail::port_is_free(ntohs(address.sin_port)));
}

TEST_CASE("there is a core, and not more than the system shows") {
    CHECK(estima::core_count() >= 1);
    CHECK(estima::core_count() <= ::sysconf(_SC_NPROCESSORS_CONF));
}

TEST_CASE("an interpreter without mpi4py, or that is none, cannot import it") {
    estima_test::temporary_directory place;
    estima::run_configuration c;
    c.environment.python.interpreter_path = make_program(place / "python");  // exits with 0: it can
    CHECK(estima::can_import_mpi4py(c));
    std::ofstream{place / "python"} << "#!/bin/sh\nexit 1\n";
    CHECK_FALSE(estima::can_import_mpi4py(c));
    c.environment.python.interpreter_path = "/no/such/python";
    CHECK_FALSE(estima::can_import_mpi4py(c));
}
