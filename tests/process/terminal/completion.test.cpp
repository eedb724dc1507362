// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <support/source_folder.hpp>

#include "estima_program.hpp"
#include "seen_place.hpp"

namespace {
using namespace estima_test;

/// What bash itself offers when these words are typed, the last of them begun.
std::vector<std::string> offered(std::vector<std::string> const& words) {
    std::string const script = estima_test::source_folder() + "/../tools/estima_completion.bash";
    std::vector<std::string> all{"--norc",
                                 "--noprofile",
                                 "-c",
                                 "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); "
                                 "_estima \"$1\"; printf '%s\\n' \"${COMPREPLY[@]}\"",
                                 script,
                                 estima_program::program()};
    all.insert(all.end(), words.begin(), words.end());
    estima_program bash{"/bin/bash", all, seen_through::pipe};
    std::vector<std::string> lines = printed_lines(bash.out());
    CHECK(bash.err().empty());
    std::erase(lines, "");
    return lines;
}
using some = std::vector<std::string>;
}  // namespace

TEST_CASE("bash completes commands, options, runs, metrics, files and models") {
    seen_place at;
    scoped_variable const workspace{"ESTIMA_WORKSPACE", at.workspace().path().string()};
    estima::run const run = at.trained();
    run.register_model({.name = "small", .path = "outputs/model"}).set_alias("champion");
    run.log_parameter("lr", "1");
    run.log_parameter("a space", "1");
    CHECK(offered({"sh"}) == some{"show"});
    CHECK(offered({""}).size() >= 7);
    CHECK(offered({"logs", "--fo"}) == some{"--follow"});
    CHECK(offered({"logs", run.id(), "--wor"}) == some{"--workspace"});
    CHECK(offered({"show", "te"}) == some{run.id()});
    CHECK(offered({"show", ""}) == some{"latest", run.id()});
    CHECK(offered({"show", run.id(), ""}).empty());
    CHECK(offered({"metrics", "latest", "l"}) == some{"loss"});
    CHECK(offered({"metrics", "latest", "other", "l"}) == some{"loss"});
    CHECK(offered({"download", "latest", "outp"}) == some{"outputs/model"});
    CHECK(offered({"runs", "-m", "l"}) == some{"loss"});
    CHECK(offered({"runs", "--metrics", "=", "l"}) == some{"loss"});
    CHECK(offered({"runs", "--metrics", "="}) == some{"loss"});
    // Where COMP_WORDBREAKS has no =, it is in the word.
    CHECK(offered({"runs", "--metrics="}) == some{"--metrics=loss"});
    CHECK(offered({"runs", "--columns=id,metrics.l"}) == some{"--columns=id,metrics.loss"});
    CHECK(offered({"runs", "--metrics=\"l"}) == some{"loss"});  // behind the quote
    CHECK(offered({"runs", "--follow="}).empty());
    CHECK(offered({"--workspace=" + (at / "nowhere").string(), "show", ""}).empty());
    CHECK(offered({"runs", "-p", ""}) == some{"a\\ space", "lr"});
    CHECK(offered({"runs", "-p", "a\\ "}) == some{"a\\ space"});
    CHECK(offered({"runs", "-p", "'a "}) == some{"a space"});
    CHECK(offered({"runs", "-c", "id,metrics."}) == some{"id,metrics.loss"});
    CHECK(offered({"runs", "-e", "t"}) == some{"test"});
    CHECK(offered({"runs", "par"}) == some{"params.\\`a\\ space\\`", "params.lr"});
    CHECK(offered({"runs", "sta"}) == some{"start_time", "status"});
    CHECK(offered({"runs", "-o", "en"}) == some{"end_time"});
    // Bash tells quotes as they are typed, and puts what is offered behind the opening one.
    CHECK(offered({"runs", "\"metrics.loss < 1 and params.l"}) == some{"metrics.loss < 1 and params.lr"});
    CHECK(offered({"runs", "'metrics.lo"}) == some{"metrics.loss"});
    CHECK(offered({"metrics", "\"latest\"", "l"}) == some{"loss"});
    run.add_property("team", "x");
    CHECK(offered({"runs", "-c", "properties.te"}) == some{"properties.team"});
    CHECK(offered({"models", "s"}) == some{"small"});
    // The signs between a name and what is named of it are words of their own to bash.
    CHECK(offered({"models", "small", ":", ""}) == some{"1", "latest"});
    CHECK(offered({"models", "small", ":"}) == some{"1", "latest"});
    CHECK(offered({"models", "small", ":", "l"}) == some{"latest"});
    CHECK(offered({"models", "small", "@", "c"}) == some{"@champion"});  // a @ is a part of what is replaced
    CHECK(offered({"models", "small", "@"}) == some{"@champion"});
    CHECK(offered({"runs", "\"attributes.st"}) == some{"attributes.start_time", "attributes.status"});
    CHECK(offered({"runs", "\"status = 'Comp"}) == some{"status = 'Completed'"});
    CHECK(offered({"runs", "\"params.lr = 'Comp"}).empty());
    CHECK(offered({"runs", "\"status in ('Failed', 'Comp"}) == some{"status in ('Failed', 'Completed'"});
    CHECK(offered({"runs", "\"params.\\`a"}) == some{"params.\\`a space\\`"});
    CHECK(offered({"models", "small:"}) == some{"small:1", "small:latest"});
    CHECK(offered({"models", "other", ":", ""}).empty());
    CHECK(offered({"show", "latest", ":", "t"}) == some{"test"});
    CHECK(offered({"metrics", "latest", ":", "test", "l"}) == some{"loss"});
    CHECK(offered({"compare", "latest", "te"}) == some{run.id()});
    CHECK(offered({"exp"}) == some{"experiments", "export"});
    CHECK(offered({"export", "te"}) == some{run.id()});
    CHECK(offered({"export", run.id(), ""}).empty());  // bash completes files by itself
    CHECK(offered({"import", ""}).empty());
    CHECK(offered({"restore", ""}).empty());
    CHECK(offered({"nonsense", "s"}).empty());
    CHECK(offered({"-w", (at / "nowhere").string(), "show", ""}).empty());
    CHECK(offered({"download", "latest", "-o", ""}).empty());  // bash completes folders by itself
    scoped_variable const nowhere{"ESTIMA_WORKSPACE", (at / "nowhere").string()};
    CHECK(offered({"-w", at.workspace().path().string(), "show", "te"}) == some{run.id()});
}

TEST_CASE("a word is completed by the tab key") {
    seen_place at;
    scoped_variable const workspace{"ESTIMA_WORKSPACE", at.workspace().path().string()};
    scoped_variable const path{
        "PATH", std::filesystem::path{estima_program::program()}.parent_path().string() + ":/usr/bin:/bin"};
    scoped_variable const plain{"NO_COLOR", "1"};
    estima::run const run = at.trained();
    estima_program bash{"/bin/bash", {"--norc", "--noprofile", "-i"}, seen_through::terminal};
    bash.type("source '" + estima_test::source_folder() + "/../tools/estima_completion.bash'; echo re''ady\n");
    REQUIRE(bash.says("ready"));
    bash.type("estima show te\t; exit\n");
    std::string const seen = bash.out();
    CHECK_THAT(seen, Catch::Contains("estima show " + run.id()) && Catch::Contains("  status  ") &&
                         Catch::Contains("Completed"));
}

TEST_CASE("names with blanks and signs are completed by the tab key as bash takes them") {
    seen_place at;
    scoped_variable const workspace{"ESTIMA_WORKSPACE", at.workspace().path().string()};
    scoped_variable const path{
        "PATH", std::filesystem::path{estima_program::program()}.parent_path().string() + ":/usr/bin:/bin"};
    estima::run const run = at.trained();
    run.register_model({.name = "small", .path = "outputs/model"}).set_alias("champion");
    run.log_parameter("a $x", "1");
    run.log_parameter("it's", "1");
    auto const completed = [&](std::string const& typed) {
        estima_program bash{"/bin/bash", {"--norc", "--noprofile", "-i"}, seen_through::terminal};
        bash.type("source '" + estima_test::source_folder() +
                  "/../tools/estima_completion.bash'; words() { printf '<%s>' \"$@\"; echo; }; echo re''ady\n");
        REQUIRE(bash.says("ready"));
        bash.type("estima " + typed + "\t\001words \n");
        bash.type("exit\n");
        std::string const seen = bash.out();
        std::size_t const begin = seen.find("<estima>");
        return begin == std::string::npos ? seen : seen.substr(begin, seen.find_first_of("\r\n", begin) - begin);
    };
    CHECK(completed("models small@c") == "<estima><models><small@champion>");
    CHECK(completed("models small:l") == "<estima><models><small:latest>");
    CHECK(completed("runs -p a") == "<estima><runs><-p><a $x>");
    CHECK(completed("runs -p 'a") == "<estima><runs><-p><a $x>");
    CHECK(completed("runs -p \"a ") == "<estima><runs><-p><a $x>");
    CHECK(completed("runs -p it") == "<estima><runs><-p><it's>");
    CHECK(completed("runs -p 'it") == "<estima><runs><-p><it's>");
    CHECK(completed("runs --metrics=") == "<estima><runs><--metrics=loss>");
    CHECK(completed("runs --metrics=l") == "<estima><runs><--metrics=loss>");
    CHECK(completed("runs --params=\"a ") == "<estima><runs><--params=a $x>");
    CHECK(completed("runs --params='it") == "<estima><runs><--params=it's>");
}
