// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <string>

#include <estima/hosts/frame.hpp>
#include <estima/hosts/node_path.hpp>
#include <estima/system/host.hpp>

using estima::frame_reader;
using estima::frame_text;

TEST_CASE("frames: whole ones come out, however the bytes come in") {
    std::string const body("a\nb\0c", 5);
    std::string const text = "Welcome!\nLast login: never\nestima attendant 1\n" + frame_text({{"say", "hello"}}) +
                             frame_text({{"say", "grown"}, {"offset", 7}}, body) + frame_text({{"say", "beat"}});
    for (std::size_t const piece : {std::size_t{1}, std::size_t{3}, text.size()}) {
        frame_reader reader{false};
        std::string said;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            reader.take(text.substr(at, piece));
            while (auto const f = reader.next()) {
                said += f->head.value("say", "") + " ";
                if (f->head.value("say", "") == "grown") CHECK(f->body == body);
            }
        }
        CHECK(said == "hello grown beat ");
        CHECK_FALSE(reader.next());
    }
}

TEST_CASE("frames: what is none is refused, and an endless line is not waited for") {
    auto const refused = [](std::string const& bytes, bool greeted) {
        frame_reader reader{greeted};
        reader.take(bytes);
        try {
            while (reader.next()) {
            }
        } catch (estima::error const& e) {
            return e.id() == "EST-729";
        }
        return false;
    };
    CHECK(refused("[1]\n", true));
    CHECK(refused("bash: hello\n", true));
    CHECK(refused("{\"bytes\":-1}\n", true));
    CHECK(refused("{\"bytes\":\"9\"}\n", true));
    CHECK(refused("{\"bytes\":99999999999}\n", true));
    CHECK(refused(std::string(estima::largest_frame_body + 2, 'x'), false));
    CHECK_FALSE(refused("{\"say\":\"half", true));  // it may go on
}

TEST_CASE("frames: a frame that is many megabytes long comes in pieces, and the reader keeps no more than it") {
    frame_reader reader{true};
    std::string const body(3 * estima::largest_frame_body, 'x');
    for (int i = 0; i < 4; ++i) reader.take(frame_text({{"n", i}}, body));
    for (int i = 0; i < 4; ++i) {
        auto const f = reader.next();
        REQUIRE(f);
        CHECK(f->head["n"] == i);
        CHECK(f->body.size() == body.size());
    }
}

TEST_CASE("a path of a setting on this host") {
    using estima::node_path;
    CHECK(node_path("/var/tmp/%h/x") == "/var/tmp/" + estima::host_name() + "/x");
    CHECK(node_path("/a-%u") == "/a-" + estima::user_name());
    CHECK(node_path("100%%, 5%x%") == "100%, 5%x%");
    ::setenv("HOME", "/home/me", 1);
    CHECK(node_path("~/runs") == "/home/me/runs");
    CHECK(node_path("/a/~/runs") == "/a/~/runs");
}
