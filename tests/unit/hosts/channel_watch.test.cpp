// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <memory>
#include <string>
#include <vector>

#include <estima/hosts/channel_watch.hpp>
#include <estima/hosts/node_census.hpp>
#include <estima/system/event_loop.hpp>
#include <support/temporary_directory.hpp>

using namespace estima;

TEST_CASE("what all hosts have come to is counted as each of them gets on") {
    node_census all;
    counted_state one{all}, other{all};
    CHECK(all.of(node_state::waiting) == 2);
    one = node_state::checked;
    CHECK(all.least() == node_state::waiting);
    other = node_state::ready;
    CHECK(all.least() == node_state::checked);
    one = node_state::lost;
    CHECK((all.least() == node_state::ready && all.of(node_state::lost) == 1 && !all.has_problem()));
    other = node_state::lost;
    CHECK(all.least() == node_state::lost);
    one.note_problem();
    CHECK(all.has_problem());
}

TEST_CASE("channels are told of by their host's place: what they said, and room for more only when there was none") {
    estima_test::temporary_directory const folder;
    std::vector<std::unique_ptr<host_channel>> channels;
    channel_watch watch;
    for (std::size_t i = 0; i < 3; ++i) {
        channels.push_back(
            std::make_unique<host_channel>("n" + std::to_string(i), (folder / std::to_string(i)).string()));
        watch.see(*channels[i], i);  // not open yet: nothing
    }
    std::vector<int> said(3), room(3);
    std::string heard;
    auto const hear = [&](std::size_t place, bool takes_more) {
        if (takes_more) return ++room[place], channels[place]->flush();
        ++said[place];
        channels[place]->read(
            [&](frame const& f) { heard += f.head.value("text", ""), heard += std::to_string(f.body.size()) + " "; });
    };
    auto const until = [&](auto const& is_so) {
        for (double const limit = monotonic_seconds() + 20; !is_so() && monotonic_seconds() < limit;)
            watch.wait(20, hear);
        return is_so();
    };
    // The last begins to read when it may: until then its pipe is full.
    std::string const greet = "echo '" + std::string{first_frame_line} + "'; ";
    std::string const wait = greet + "until [ -e " + (folder / "go").string() + " ]; do sleep 0.02; done; exec cat";
    channels[0]->open({"/bin/sh", "-c", greet + "exec cat"});
    channels[2]->open({"/bin/sh", "-c", wait});
    for (std::size_t i : {0U, 2U}) watch.see(*channels[i], i);
    until([&] { return room[0] > 0 && room[2] > 0; });  // told once that there is room
    channels[0]->say({{"text", "a"}});
    CHECK(until([&] { return heard == "a0 "; }));
    CHECK(said[1] == 0);

    channels[2]->say({{"text", "b"}}, std::string(300'000, 'x'));
    REQUIRE(channels[2]->has_waiting());
    room = {0, 0, 0};
    for (int i = 0; i < 20; ++i) watch.wait(1, hear);
    CHECK((room[0] == 0 && room[2] == 0));  // nothing to be done, and nothing is told
    replace_file(folder / "go", "");
    CHECK(until([&] { return heard == "a0 b300000 "; }));
    CHECK((room[2] > 0 && room[2] < 100 && !channels[2]->has_waiting()));

    for (std::size_t i : {0U, 2U}) {
        channels[i]->cut();
        CHECK(!channels[i]->is_open());
        pid_t const pid = channels[i]->pid();
        ::waitpid(pid, nullptr, 0);
        watch.ended(pid);
        CHECK(channels[i]->pid() == -1);
    }
}
