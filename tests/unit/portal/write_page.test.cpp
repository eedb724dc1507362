// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>

#include <estima/history/metrics.hpp>
#include <estima/portal/write_page.hpp>

#include "../../portal/sample_runs.hpp"
#include "../../support/temporary_directory.hpp"

using estima::portal::render_page;

namespace {

bool holds(std::string const& page, std::string_view text) { return page.find(text) != std::string::npos; }

std::string page_of(estima_test::sample_run const& run) { return render_page(run.directory, run.record); }

/// The names of all elements and attributes, by the rules of HTML's tokenizer for what the page uses.
std::pair<std::set<std::string>, std::set<std::string>> names_on(std::string_view page) {
    std::set<std::string> elements, attributes;
    for (std::size_t at = page.find('<'); at != std::string_view::npos; at = page.find('<', at)) {
        ++at;
        bool const closing = page[at] == '/';
        if (closing) ++at;
        std::size_t const end = page.find_first_of(" />", at);
        elements.insert(std::string{page.substr(at, end - at)});
        at = end;
        while (page[at] == ' ') {
            ++at;
            std::size_t const name_end = page.find_first_of("=> ", at);
            attributes.insert(std::string{page.substr(at, name_end - at)});
            at = name_end;
            if (page[at] != '=') continue;
            REQUIRE(page[at + 1] == '"');
            at = page.find('"', at + 2) + 1;
        }
        if (page[at] == '/') ++at;
        REQUIRE(page[at] == '>');
    }
    return {elements, attributes};
}

}  // namespace

TEST_CASE("the page of a completed run shows what was asked for and what came out") {
    estima_test::temporary_directory const folder;
    auto const run = estima_test::completed_sample(folder.path());
    estima::write_page(run.directory, run.record);
    std::string const page = estima::read_file(run.directory.page());
    CHECK(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    CHECK(page.ends_with("</html>\n"));
    CHECK(holds(page, "<title>Completed \xE2\x80\x93 logistic regression, C = 0.8</title>"));
    CHECK(holds(page, "<h1 class=\"v\">logistic regression, C = 0.8</h1><span class=\"badge ok\">Completed</span>"));
    CHECK(holds(page, "digits_1700000000_c0ffee01"));
    CHECK(holds(page, "<time datetime=\"2023-11-14T22:13:20.000000Z\">2023-11-14T22:13:20Z</time>"));
    CHECK(holds(page, "1 min 14 s"));
    CHECK(holds(page, "regularization</th><td class=\"v mono\">0.8</td>"));
    CHECK(holds(page, "epochs</th><td class=\"v mono\">120</td>"));
    CHECK(holds(page, "verbose</th><td class=\"v\">(flag)</td>"));
    CHECK(holds(page,
                "<a href=\"code/outputs/figures/confusion%20matrix.png\">outputs/figures/confusion matrix.png</a>"));
    CHECK(holds(page, "classifier, version 3</th>"));
    CHECK(holds(page, "aria-label=\"loss: by step, 120 points, "));
    CHECK(holds(page, "<dt class=\"v\">test_accuracy</dt><dd>0.9644</dd>"));
    CHECK(holds(page, "<td class=\"v\">zero</td><td class=\"v\">0.98</td>"));
    CHECK(holds(page, "Working tree</th><td class=\"v\">with changes that are not committed</td>"));
    CHECK(holds(page, "THREADS</th><td class=\"v mono\">2</td>"));
    CHECK(holds(page, "test accuracy 0.9644\nwrote outputs/model.pkl</pre>"));
    CHECK(holds(page, "412 MB"));
}

TEST_CASE("a last line of the metrics that was cut short is counted as soon as the run is over") {
    estima_test::temporary_directory const folder;
    auto run = estima_test::completed_sample(folder.path());
    std::ofstream{run.directory.metrics() / "rank_0.jsonl", std::ios::app} << "{\"name\":\"lo";
    std::string const note = "1 line of the metrics files is no metric and was passed over.";
    estima::write_page(run.directory, run.record);
    CHECK(holds(estima::read_file(run.directory.page()), note));
    CHECK(estima::read_metrics(run.directory.metrics()).lines_skipped == 1);
    CHECK(estima::read_metrics(run.directory.metrics(), {}, false).lines_skipped == 0);
    run.record.status = estima::run_status::running;
    estima::write_page(run.directory, run.record);
    CHECK_FALSE(holds(estima::read_file(run.directory.page()), note));
}

TEST_CASE("a page asks to be read again while its run goes on, and never runs a script") {
    estima_test::temporary_directory const folder;
    std::string const running = page_of(estima_test::running_sample(folder.path()));
    std::string const completed = page_of(estima_test::completed_sample(folder.path()));
    CHECK(holds(running, "<meta http-equiv=\"refresh\" content=\"2\">"));
    CHECK_FALSE(holds(completed, "http-equiv=\"refresh\""));
    for (auto const& page : {running, completed}) {
        CHECK(holds(
            page,
            "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self' file:; base-uri 'none'; "
            "form-action 'none'\""));
        CHECK_FALSE(holds(page, "<script"));
        CHECK_FALSE(holds(page, "url("));
        CHECK_FALSE(holds(page, "@import"));
    }
    CHECK(holds(running, "epoch 1 done\n  70%</pre>"));
    CHECK(holds(running, "7,500 points"));
    CHECK(holds(running, "597 not finite"));
    CHECK(holds(running, "class=\"line dense s2\""));
}

TEST_CASE("the page of a failed run begins with the error") {
    estima_test::temporary_directory const folder;
    std::string const page = page_of(estima_test::failed_sample(folder.path()));
    CHECK(holds(page, "Error EST-421</h2><p class=\"message\">rank 1 of 3 was ended by SIGSEGV</p>"));
    CHECK(holds(page, "<dt>Signal</dt><dd class=\"v\">SIGSEGV</dd>"));
    CHECK(page.find("id=\"error\"") < page.find("id=\"metrics\""));
    CHECK(page.find("rank 1, standard error</h3>") < page.find("rank 0, standard output</h3>"));
    CHECK(holds(page, "<span class=\"bad-text\">SIGSEGV</span>"));
    CHECK(holds(page, "SIGTERM, asked to end"));
    CHECK(holds(page, "3 processes share 2 cores"));
}

TEST_CASE("the log of the rank that failed is shown however many ranks there are") {
    estima_test::temporary_directory const folder;
    auto run = estima_test::failed_sample(folder.path());
    for (int rank = 3; rank < 40; ++rank)
        run.record.ranks.push_back({.rank = rank, .host = "workstation", .ended = true});
    run.record.error->rank = 33;
    estima::replace_file(run.directory.rank_stderr(33), "the last words of rank 33\n");
    estima::replace_file(run.directory.rank_stderr(34), "the last words of rank 34\n");
    std::string const page = page_of(run);
    CHECK(holds(page, "the last words of rank 33"));
    CHECK_FALSE(holds(page, "the last words of rank 34"));
    CHECK(holds(page, "The logs of 31 more processes"));
}

TEST_CASE("nothing that a script or a user writes becomes part of the page") {
    estima_test::temporary_directory const folder;
    auto const tame = names_on(page_of(estima_test::completed_sample(folder.path())));
    auto failed = names_on(page_of(estima_test::failed_sample(folder.path())));
    failed.second.merge(names_on(page_of(estima_test::running_sample(folder.path()))).second);
    std::string const page = page_of(estima_test::hostile_sample(folder.path()));
    auto const [elements, attributes] = names_on(page);
    for (auto const& name : elements) {
        CAPTURE(name);
        CHECK((tame.first.count(name) + failed.first.count(name) > 0));
    }
    for (auto const& name : attributes) {
        CAPTURE(name);
        CHECK((tame.second.count(name) + failed.second.count(name) > 0));
    }
    CHECK(holds(page, "&lt;script&gt;document.title=&#39;evil&#39;&lt;/script&gt;"));
    CHECK(holds(page, "[U+202E] gnp.exe [U+202C]"));
    CHECK(holds(page, "(100000 bytes)"));
    CHECK_FALSE(holds(page, "href=\"javascript"));
    CHECK(page.size() < 1'000'000);
    for (char const c : page) REQUIRE((static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t'));
}

TEST_CASE("a page is written whatever is missing or damaged in the run directory") {
    estima_test::temporary_directory const folder;
    estima::run_directory const directory{folder / "ws/runs/empty"};
    estima::make_directories(directory.path);
    estima::run_record record;
    CHECK(holds(render_page(directory, record), "The run configuration cannot be shown: it cannot be read"));
    for (std::string const text : {"", "{", "[]", "{\"script\":3}", "{\"nodeCount\":\"two\"}", "{\"arguments\":[1]}",
                                   "{\"nodeCount\":99999999999999999999}", "\xFF\xFE"}) {
        CAPTURE(text);
        estima::replace_file(directory.run_configuration(), text);
        CHECK(holds(render_page(directory, record), "The run configuration cannot be shown: "));
    }
    estima::replace_file(directory.run_configuration(), std::string(200'000, '['));
    CHECK(holds(render_page(directory, record), "The run configuration cannot be shown: "));
    std::filesystem::remove(directory.run_configuration());
    REQUIRE(::mkfifo(directory.run_configuration().c_str(), 0600) == 0);
    CHECK(holds(render_page(directory, record), "it cannot be read"));
    record.created = 1e300;
    record.status_changes = {{estima::run_status::running, -1e300}};
    CHECK(holds(render_page(directory, record), "Status history"));
}

TEST_CASE("random bytes in every file give a page with the same elements") {
    estima_test::temporary_directory const folder;
    auto const run = estima_test::failed_sample(folder.path());
    auto allowed = names_on(page_of(run)).first;
    for (auto const& name : names_on(page_of(estima_test::completed_sample(folder.path()))).first) allowed.insert(name);
    std::mt19937 random{1};
    std::string const pieces[]{"{\"name\":\"", "\"",    ",\"value\":", "1e9", "[",        "]",  "{", "}",
                               "\n",           "<b x=", "\x1B[",       "\r",  "\xE2\x80", "\\u"};
    for (int round = 0; round < 150; ++round) {
        for (auto const& file : {run.directory.metrics_file(0), run.directory.rank_stderr(1),
                                 run.directory.rank_stdout(0), run.directory.run_configuration()}) {
            std::string bytes;
            for (int i = 0; i < 300; ++i) {
                if (random() % 2 == 0)
                    bytes += pieces[random() % std::size(pieces)];
                else
                    bytes += static_cast<char>(random());
            }
            estima::replace_file(file, bytes);
        }
        std::string const page = page_of(run);
        for (auto const& name : names_on(page).first) REQUIRE(allowed.count(name) == 1);
    }
}

TEST_CASE("a page that cannot be written is EST-301 and leaves no files behind") {
    estima_test::temporary_directory const folder;
    auto const run = estima_test::completed_sample(folder.path());
    std::filesystem::create_directory(run.directory.page());
    std::ofstream{run.directory.page() / "in the way"} << "x";
    try {
        estima::write_page(run.directory, run.record);
        FAIL("no error");
    } catch (estima::error const& e) {
        CHECK(e.id() == "EST-301");
    }
    for (auto const& entry : std::filesystem::directory_iterator{run.directory.path})
        CHECK((entry.path().filename() == "index.html" || !entry.path().filename().string().starts_with("index.html")));
}

TEST_CASE("arguments are read as parameters the way a script would") {
    using estima::portal::parameters_of;
    auto const all =
        parameters_of({"data.csv", "--rate", "-0.5", "--flag", "--name=a=b", "-v", "--empty", "", "-", "--", "x"});
    std::vector<std::pair<std::string, std::optional<std::string>>> shown;
    for (auto const& p : all) shown.emplace_back(p.name, p.value);
    CHECK(shown == decltype(shown){{"argument 1", "data.csv"},
                                   {"--rate", "-0.5"},
                                   {"--flag", {}},
                                   {"--name", "a=b"},
                                   {"-v", {}},
                                   {"--empty", ""},
                                   {"argument 9", "-"},
                                   {"--", "x"}});
}

TEST_CASE("images, confusion matrices and texts that were logged are on the page") {
    estima_test::temporary_directory const folder;
    auto const run = estima_test::completed_sample(folder.path());
    std::ofstream{run.directory.metrics() / "tensorboard.jsonl"}
        << R"({"name":"digits","type":"image","value":{"path":"media/0a.png","bytes":9},"step":1})" "\n"
        << R"({"name":"digits","type":"image","value":{"path":"media/0b.png","bytes":9},"step":2})" "\n"
        << R"({"name":"out","type":"image","value":{"path":"media/../../events.jsonl"}})" "\n"
        << R"({"name":"noise","type":"image","value":{"path":"media/0c.bin","bytes":9}})" "\n"
        << R"({"name":"elsewhere","type":"image","value":{"path":"../code/x.png"}})" "\n"
        << R"({"name":"note","type":"text","value":{"text":"<b>warm</b>"}})" "\n"
        << R"({"name":"cm","type":"confusion_matrix","value":{"data":{"class_labels":["a",1],"matrix":[[5,2],[0,7.5]]}}})" "\n"
        << R"({"name":"odd","type":"confusion_matrix","value":{"data":{"class_labels":["a"],"matrix":[[5,2]]}}})" "\n"
        << R"({"name":"own","type":"tree","value":[1,{"x":2}]})" "\n";
    std::string const page = page_of(run);
    CHECK(holds(page, "<img src=\"metrics/media/0b.png\" alt=\"digits\">"));
    CHECK(holds(page, "image, from tensorboard, step 2, the newest of 2</p>"));
    CHECK_FALSE(holds(page, "0a.png"));
    CHECK_FALSE(holds(page, "<img src=\"metrics/media/.."));
    CHECK_FALSE(holds(page, "<img src=\"metrics/media/0c"));
    CHECK(holds(page, "media/0c.bin"));
    CHECK_FALSE(holds(page, "<img src=\"metrics/../"));
    CHECK(holds(page, "<pre>&lt;b&gt;warm&lt;/b&gt;</pre>"));
    CHECK(holds(page, "<tr><th scope=\"row\" class=\"v\">1</th><td class=\"v\">0</td><td class=\"v\">7.5</td></tr>"));
    CHECK(holds(page, "<pre>{&quot;data&quot;:{&quot;class_labels&quot;:[&quot;a&quot;],&quot;matrix&quot;:[[5,2]]}}</pre>"));
    CHECK(holds(page, "<pre>[1,{&quot;x&quot;:2}]</pre>"));
}

TEST_CASE("a metric that is too long for the page is told as such") {
    estima_test::temporary_directory const folder;
    auto const run = estima_test::completed_sample(folder.path());
    std::filesystem::remove_all(run.directory.metrics());
    std::filesystem::create_directory(run.directory.metrics());
    std::ofstream{run.directory.metrics() / "rank_0.jsonl"}
        << R"({"name":"x","type":"text","value":")" + std::string(5'000'000, 'x') + "\"}\n";
    std::string const page = page_of(run);
    CHECK(holds(page, "1 line of the metrics files is longer than 4 MiB, too long to be shown here."));
    CHECK_FALSE(holds(page, "logged no metrics"));
    CHECK_FALSE(holds(page, "no metric and"));
}
