# SPDX-License-Identifier: BSL-1.0
"""Prints results beside their limits: table.py LIMITS LINES RESULTS NAME...

Reads the lines of JSON that the benchmarks printed, writes them as one list to RESULTS, and returns 1 when a limit is
not met or a named result is missing.
"""
import json
import sys


def main():
    limits_file, lines_file, results_file, *names = sys.argv[1:]
    with open(limits_file) as file:
        limits = json.load(file)
    with open(lines_file) as file:
        results = [json.loads(line) for line in file if line.strip()]
    by_name = {result["name"]: result for result in results}
    rows, good = [("name", "value", "against", "ratio", "limit", "")], True
    for name in names:
        limit, result = limits[name], by_name.get(name)
        is_least = "at_least" in limit
        bound = limit["at_least" if is_least else "at_most"]
        told = f"{'>=' if is_least else '<='} {bound:g}"
        if result is None:
            rows.append((name, "-", "-", "-", told, "MISSING"))
            good = False
            continue
        unit = result.get("unit", "")
        against, ratio = result.get("against_value"), result.get("ratio")
        met = result[limit["of"]] >= bound if is_least else result[limit["of"]] <= bound
        good = good and met
        result["at_least" if is_least else "at_most"], result["met"] = bound, met
        rows.append((name, f"{result['value']:.4g} {unit}", "-" if against is None else f"{against:.4g} {unit}",
                     "-" if ratio is None else f"{ratio:.3f}",
                     told + (f" {unit}" if limit["of"] == "value" else ""), "" if met else "MISSED"))
    with open(results_file, "w") as file:
        json.dump(results, file, indent=2)
        file.write("\n")
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
