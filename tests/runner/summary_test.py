# SPDX-License-Identifier: BSL-1.0
"""The last line of tests/run.sh, from what CTest itself writes about tests that pass, fail, are skipped, cannot run."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUMMARY = pathlib.Path(__file__).parent.parent / "summary.py"
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(sample LANGUAGES NONE)
enable_testing()
add_test(NAME passes COMMAND ${CMAKE_COMMAND} -E true)
add_test(NAME skips COMMAND ${CMAKE_COMMAND} -E echo "SKIPPED: no such device")
set_tests_properties(skips PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED: ")
"""
FAULTS = """
add_test(NAME fails COMMAND ${CMAKE_COMMAND} -E false)
add_test(NAME hangs COMMAND ${CMAKE_COMMAND} -E sleep 60)
set_tests_properties(hangs PROPERTIES TIMEOUT 1)
add_test(NAME is_not_there COMMAND /nowhere/program)
"""


class Summary(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.results = pathlib.Path(self.folder.name, "results")
        self.results.mkdir()

    def tearDown(self):
        self.folder.cleanup()

    def ctest(self, preset, project):
        source = pathlib.Path(self.folder.name, preset)
        source.mkdir()
        (source / "CMakeLists.txt").write_text(project)
        subprocess.run(["cmake", "-S", source, "-B", source / "build"], check=True, capture_output=True)
        done = subprocess.run(["ctest", "--test-dir", source / "build", "--output-junit",
                               self.results / f"{preset}.xml"], check=False, capture_output=True)
        if done.returncode != 0:
            (self.results / f"{preset}.tests_failed").touch()

    def summary(self):
        done = subprocess.run([sys.executable, "-B", SUMMARY, self.results], check=False, capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()

    def test_it_adds_up_all_builds(self):
        self.ctest("one", PROJECT)
        self.ctest("two", PROJECT)
        status, lines = self.summary()
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 2 skipped"))
        self.assertIn("  one: skips: no such device", lines)

    def test_what_fails_hangs_or_cannot_run_has_failed(self):
        self.ctest("one", PROJECT + FAULTS)
        status, lines = self.summary()
        self.assertEqual((status, lines[-1]), (1, "1 passed, 3 failed, 1 skipped"))
        for name in "fails", "hangs", "is_not_there":
            self.assertIn(f"  one: {name}", lines)

    def test_a_build_that_failed_has_failed(self):
        self.ctest("one", PROJECT)
        (self.results / "two.build_failed").touch()
        self.assertEqual(self.summary()[0], 1)
        self.assertEqual(self.summary()[1][-1], "1 passed, 1 failed, 1 skipped")

    def test_a_ctest_that_left_no_result_has_failed(self):
        self.ctest("one", PROJECT)
        (self.results / "two.tests_failed").touch()
        self.assertEqual(self.summary()[1][-1], "1 passed, 1 failed, 1 skipped")

    def test_no_test_at_all_is_a_failure(self):
        status, lines = self.summary()
        self.assertEqual((status, lines), (1, ["0 passed, 0 failed, 0 skipped"]))


if __name__ == "__main__":
    unittest.main()
