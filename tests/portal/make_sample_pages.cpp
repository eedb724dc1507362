// SPDX-License-Identifier: BSL-1.0
// Makes sample runs with their pages in a folder and prints "name path" for each, for page_in_chromium.py.
#include <cstdio>
#include <exception>

#include <estima/portal/write_page.hpp>

#include "sample_runs.hpp"

int main(int argc, char** argv) {
    if (argc != 2) return std::fputs("usage: make_sample_pages FOLDER\n", stderr), 2;
    try {
        std::filesystem::path const folder = argv[1];
        std::pair<char const*, estima_test::sample_run> const runs[]{
            {"completed", estima_test::completed_sample(folder)},
            {"running", estima_test::running_sample(folder)},
            {"failed", estima_test::failed_sample(folder)},
            {"hostile", estima_test::hostile_sample(folder)}};
        for (auto const& [name, run] : runs) {
            estima::write_page(run.directory, run.record);
            std::printf("%s %s\n", name, run.directory.page().c_str());
        }
    } catch (std::exception const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
