# SPDX-License-Identifier: BSL-1.0
"""Adds up what CTest wrote: summary.py FOLDER

FOLDER has, for each build, PRESET.xml in JUnit's format, and files PRESET.build_failed and PRESET.tests_failed where
that happened. Prints what failed, what was skipped and why, and one last line "N passed, N failed, N skipped".
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def main():
    folder = pathlib.Path(sys.argv[1])
    passed, failed, skipped = 0, [], []
    for path in sorted(folder.glob("*.xml")):
        failed_before = len(failed)
        for case in xml.parse(path).getroot().iter("testcase"):
            name = f"{path.stem}: {case.get('name')}"
            output = case.findtext("system-out") or ""
            if case.get("status") == "run":
                passed += 1
            elif case.find("skipped") is not None and (reason := re.search(r"^SKIPPED: (.*)", output, re.M)):
                skipped.append(f"{name}: {reason.group(1)}")
            else:
                failed.append(name)
        # Never a better count than CTest's own verdict.
        if (folder / f"{path.stem}.tests_failed").exists() and len(failed) == failed_before:
            failed.append(f"{path.stem}: ctest failed")
    failed += [f"{path.stem}: the build" for path in sorted(folder.glob("*.build_failed"))]
    without_result = {p.stem for p in folder.glob("*.tests_failed")} - {p.stem for p in folder.glob("*.xml")}
    failed += [f"{preset}: ctest failed" for preset in sorted(without_result)]

    for title, names in ("Skipped", skipped), ("Failed", failed):
        if names:
            print(f"{title}:", *names, sep="\n  ")
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    sys.exit(0 if passed and not failed else 1)


if __name__ == "__main__":
    main()
