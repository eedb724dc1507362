# SPDX-License-Identifier: BSL-1.0
"""Compiles each public header alone: headers_alone.py INCLUDE_FOLDER WORK_FOLDER COMPILER FLAG...

Most of the time would go to what headers share. So some headers are compiled ahead, and each header is compiled after the
largest of these that it includes itself, by way of others or not: nothing comes before it that it does not bring along.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

AHEAD = 24  # so many headers are compiled ahead: more save no more than they cost


def includes_of(path):
    return re.findall(r"^ *# *include *<([^>]+)>", path.read_text(), re.MULTILINE)


def with_all_included(headers):
    """Each header with all that it includes, others of the headers in turn."""
    known = {}

    def closure(name):
        if name not in known:
            known[name] = {name}.union(*(closure(other) for other in headers.get(name, [])))
        return known[name]

    return {name: closure(name) for name in headers}


def chosen_ahead(closures):
    """The headers that save the most when they are compiled ahead, one after the other, and which each header takes."""
    taken = {name: None for name in closures}
    # As they take time to compile: one of another library takes as long as a hundred of ours.
    posix = re.compile(r"[a-z_0-9]+(\.h)?|(sys|linux|netinet|arpa|asm)/[a-z_0-9.]+")
    of_one = {one: 1 if one in closures else 4 if posix.fullmatch(one) and one != "simdjson.h" else 100
              for closure in closures.values() for one in closure}
    weight = {name: sum(of_one[one] for one in closure) for name, closure in closures.items()} | {None: 0}
    for _ in range(AHEAD):
        def saved(ahead):
            return sum(max(0, weight[ahead] - weight[taken[name]])
                       for name, closure in closures.items() if ahead in closure and ahead != name)
        best = max(closures, key=saved)
        for name, closure in closures.items():
            if best in closure and best != name and weight[best] > weight[taken[name]]:
                taken[name] = best
    return taken


def main():
    include, work, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    headers = {str(path.relative_to(include)): includes_of(path) for path in sorted(include.rglob("*.hpp"))}
    taken = chosen_ahead(with_all_included(headers))
    work.mkdir(parents=True, exist_ok=True)

    def compiled(name, ahead, *words):
        before = ["-include-pch", ahead_file(ahead)] if ahead else []
        done = subprocess.run([*compiler, *before, *words, "-"], input=f"#include <{name}>\n", capture_output=True, text=True)
        return name, done.returncode, done.stderr

    def ahead_file(name):
        return work / (name.replace("/", ".") + ".pch")

    failed = []
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        def all_of(calls):
            for name, code, said in pool.map(lambda call: compiled(*call), calls):
                if code != 0:
                    failed.append(name)
                    print(f"<{name}> alone does not compile:\n{said}", file=sys.stderr)
        all_of([(name, None, "-x", "c++-header", "-fpch-instantiate-templates", "-o", ahead_file(name))
                for name in sorted(set(taken.values()) - {None})])
        if not failed:
            all_of([(name, ahead, "-x", "c++", "-fsyntax-only") for name, ahead in taken.items()])
    print(f"{len(headers)} headers, {len(failed)} failed")
    return 1 if failed or not headers else 0


sys.exit(main())
