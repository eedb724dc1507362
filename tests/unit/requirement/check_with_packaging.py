# SPDX-License-Identifier: BSL-1.0
"""Holds what the parsers say, one statement a line on standard input, against the Python module packaging.

    R <requirement> <ok> <name> <extras> <versions> <url> <marker>
    V <version> <ok>
    O <version> <version> <order: -1, 0, 1>
    P <versions> <versions> <whether one version can satisfy both>

Fields end with the character 0x1f. Prints each statement that is wrong, and at the end how many it has looked at, how
many requirements were well formed, how many pins cannot both hold, and for how many pins that nothing satisfies this
was left open.
"""
import sys

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

RELEASES = ["0.9", "1", "1.0.1", "1.1", "1.1.1", "1.2", "1.3", "2", "2.1", "1!0.5", "1!1", "1!1.1"]
WITNESSES = [Version(release + suffix)
             for release in RELEASES
             for suffix in ["", ".dev1", "a1.dev1", "a1", "b1", "rc1.dev1", "rc1", "rc1.post1.dev1", "rc1.post1", "rc2",
                            "+abc.1", ".post1.dev1", ".post1", ".post1+abc.1", ".post2"]]
kept_by = {}


def witnesses(versions):
    """The witnesses that satisfy all of a list of comparisons."""
    kept = set(range(len(WITNESSES)))
    for clause in SpecifierSet(versions):
        if str(clause) not in kept_by:
            kept_by[str(clause)] = {
                i for i, version in enumerate(WITNESSES) if clause.contains(version, prereleases=True)}
        kept &= kept_by[str(clause)]
    return kept


def requirement_is_right(text, ok, name, extras, versions, url, marker):
    try:
        found = Requirement(text)
    except Exception:  # Some malformed URLs raise other errors than InvalidRequirement.
        return ok == "0"
    return (ok == "1" and found.name == name and found.extras == {e.strip() for e in extras.split(",") if e.strip()}
            and found.specifier == SpecifierSet(versions) and (found.url or "") == url
            and str(found.marker or "") == (str(Marker(marker)) if marker else ""))


def version_is_right(text, ok):
    try:
        Version(text)
    except InvalidVersion:
        return ok == "0"
    return ok == "1"


def order_is_right(a, b, order):
    a, b = Version(a), Version(b)
    return (a > b) - (a < b) == int(order)


def main():
    looked_at = well_formed = impossible = left_open = 0
    for line in sys.stdin.buffer.read().decode().split("\n")[:-1]:
        kind, *fields = line.split("\x1f")[:-1]
        looked_at += 1
        if kind == "R":
            right = requirement_is_right(*fields)
            well_formed += fields[1] == "1"
        elif kind == "V":
            right = version_is_right(*fields)
        elif kind == "O":
            right = order_is_right(*fields)
        else:
            a, b, can = fields
            satisfied = bool(witnesses(a) & witnesses(b))
            right = can == "1" or not satisfied
            impossible += can == "0"
            left_open += can == "1" and not satisfied
        if not right:
            print("wrong:", kind, *map(repr, fields))
    print(looked_at, well_formed, impossible, left_open)


main()
