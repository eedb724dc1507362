# SPDX-License-Identifier: BSL-1.0
"""Checks that each file of the tree that can carry it tells its licence first: check_licence.py SOURCE_TREE"""
import pathlib
import subprocess
import sys

LINE = "SPDX-License-Identifier: BSL-1.0"
# Formats without comments, files that are compared byte for byte, and the licence itself.
WITHOUT = {".json", ".jsonl", ".png", ".svg", ".txt"}
EXEMPT_NAMES = {"LICENSE"}
EXEMPT_FOLDERS = ("tests/golden/", "tests/fuzz/corpus/")


def files_of(tree):
    """What git would commit; without git all files outside of build/ and hidden folders."""
    git = subprocess.run(["git", "-C", tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, text=True, check=False)
    if git.returncode == 0 and git.stdout:
        return [name for name in git.stdout.split("\0") if name and (tree / name).is_file()]
    names = (path.relative_to(tree) for path in tree.rglob("*") if path.is_file())
    return [name.as_posix() for name in names if name.parts[0] not in (".git", "build")]


def main():
    tree = pathlib.Path(sys.argv[1])
    names = [name for name in files_of(tree)
             if pathlib.Path(name).suffix not in WITHOUT and pathlib.Path(name).name not in EXEMPT_NAMES
             and not name.startswith(EXEMPT_FOLDERS)]
    # The first three lines: a #! line or <!-- may come before it.
    without = [name for name in names
               if LINE not in "\n".join((tree / name).read_text(errors="replace").splitlines()[:3])]
    for name in without:
        print(f"{name}: no '{LINE}' in its first lines")
    print(f"{len(names)} files looked at")
    sys.exit(1 if without or len(names) < 10 else 0)


if __name__ == "__main__":
    main()
