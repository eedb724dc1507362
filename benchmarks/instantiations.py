# SPDX-License-Identifier: BSL-1.0
"""Counts template instantiations: instantiations.py CXX INCLUDE FOLDER BASELINE [--write | --json]

Compiles each file of FOLDER with clang's -ftime-trace and adds up the classes and functions that were instantiated.
The counts do not depend on the machine's mood, so they show a change that a clock would lose in noise. Returns 1 when
a file has more than 3 % above its count in BASELINE, 77 (skipped) for a compiler that BASELINE was not made with.
--write makes BASELINE anew; --json prints one line for benchmarks/run.sh.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

LIMIT = 1.03
KINDS = ("InstantiateClass", "InstantiateFunction")


def count(compiler, include, source):
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder) / "object.o"
        subprocess.run([compiler, "-std=c++20", "-O0", "-I", include, "-ftime-trace", "-ftime-trace-granularity=0",
                        "-c", str(source), "-o", str(made)], check=True)
        events = json.loads(made.with_suffix(".json").read_text())["traceEvents"]
    return sum(event["name"] in KINDS for event in events)


def major_version(compiler):
    text = subprocess.run([compiler, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"clang version (\d+)", text)
    return int(found.group(1)) if found else 0


def main():
    compiler, include, folder, baseline_file, *options = sys.argv[1:]
    baseline_path = pathlib.Path(baseline_file)
    version = major_version(compiler)
    counts = {source.stem: count(compiler, include, source) for source in sorted(pathlib.Path(folder).glob("*.cpp"))}
    if "--write" in options:
        baseline_path.write_text(json.dumps({"clang": version, "counts": counts}, indent=2) + "\n")
        return 0
    baseline = json.loads(baseline_path.read_text())
    if version != baseline["clang"]:
        print(f"SKIPPED: the counts are of clang {baseline['clang']}, and {compiler} is {version}")
        return 77
    if set(counts) != set(baseline["counts"]):
        print(f"counted are {sorted(counts)}, the baseline has {sorted(baseline['counts'])}: make it anew with --write")
        return 1
    ratios = {name: counts[name] / baseline["counts"][name] for name in counts}
    if "--json" in options:
        total, before = sum(counts.values()), sum(baseline["counts"].values())
        print(json.dumps({"name": "instantiations", "value": total, "unit": "templates", "ratio": max(ratios.values()),
                          "against": "the committed baseline, of the file that grew most", "against_value": before}))
        return 0
    for name, ratio in ratios.items():
        print(f"{name}: {counts[name]}, baseline {baseline['counts'][name]}, ratio {ratio:.3f}")
    if max(ratios.values()) > LIMIT:
        print("more than 3 % above the baseline: look what is instantiated, or, if it is worth it, make the baseline anew:\n"
              f"  python3 benchmarks/instantiations.py {compiler} include benchmarks/compiled benchmarks/instantiations.json"
              " --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
