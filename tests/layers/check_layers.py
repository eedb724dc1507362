# SPDX-License-Identifier: BSL-1.0
"""Checks the #include lines of the public headers: check_layers.py SOURCE_TREE COMPONENTS_FILE

- A header includes only from its own layer or a layer below (docs/design.md).
- The headers that describe a job stay light: neither they nor what they include use JSON, hashing, network, MPI, or
  slow standard headers.
- A third party is included in the layers that own it only.
- Each header is in exactly one CMake component and includes only what that component links.
- Everything stands in the inline namespace of the version.
- Each header is included by one that programs include, so that none is left lying.
COMPONENTS_FILE has a line `component|components that it links|its headers` for each, written by CMake.
"""
import pathlib
import re
import sys

# Low to high. Folders of include/estima in one row are one layer; a header directly in include/estima counts by its
# name, as if estimator.hpp were in estimator/.
LAYERS = [
    {"base", "version", "fwd"},
    {"system"},
    {"http"},
    {"slurm"},
    {"requirement"},
    {"policy", "framework", "compute", "distribution", "environment"},
    {"rules"},
    {"estimator"},
    {"parameters", "laws"},
    {"run_configuration"},
    {"runconfig_file"},
    {"snapshot"},
    {"history", "tracking", "events"},
    {"index"},
    {"launcher", "hosts", "portal"},
    {"agent"},
    {"transport"},
    {"workspace"},
    {"archive"},
    {"terminal"},
    {"estima"},
]
# Lower, but still not to be included: records do not know how a run was made.
NOT_ALLOWED = {("history", "snapshot"), ("tracking", "history"), ("portal", "snapshot"), ("portal", "launcher"),
               ("index", "snapshot")}
DESCRIBING = {"base", "version", "requirement", "policy", "framework", "compute", "distribution", "environment", "rules",
              "estimator", "parameters", "laws", "fwd"}
TOO_HEAVY = {"filesystem", "iostream", "fstream", "sstream", "regex", "chrono", "thread", "future", "random", "ranges"}
# What programs include. The first four are umbrellas; the others are heavy, or asked for by few.
ENTRIES = {"estima.hpp", "estimator.hpp", "parameters/parameters.hpp", "laws/laws.hpp", "fwd.hpp", "version.hpp",
           "estimator/explain.hpp", "rules/rules_for.hpp", "parameters/description_json.hpp", "tracking/run_context.hpp",
           "tracking/log_charts.hpp", "tracking/log_image.hpp", "tracking/log_reduced.hpp", "tracking/upload_file.hpp",
           "run_configuration/explain.hpp", "run_configuration/origin_of.hpp", "runconfig_file/load_runconfig.hpp",
           "runconfig_file/save_runconfig.hpp", "launcher/main.hpp", "agent/main.hpp", "workspace/experiments.hpp",
           "workspace/search_runs.hpp", "workspace/follow_runs.hpp", "archive/import_run.hpp", "workspace/verify.hpp", "workspace/collect_garbage.hpp", "workspace/compare_runs.hpp",
           "workspace/compare_code.hpp", "terminal/main.hpp", "transport/slurm.hpp"}
# Who may include which third party; all else that is neither estima's, the standard library's nor POSIX is refused.
LIGHT_PARTIES = {"boost/hana"}
THIRD_PARTIES = {
    "boost/hana": DESCRIBING,
    "boost/crc": {"events"},
    "boost/mpi": {"agent"},
    "nlohmann": {"system"},
    "openssl": {"system"},
    "yaml-cpp": {"runconfig_file"},
    "sqlite3.h": {"index"},
    "simdjson.h": {"index"},
    "CLI": {"terminal"},
    "curl": {"http"},
    "archive.h": {"archive"},
    "archive_entry.h": {"archive"},
}
STANDARD_OR_POSIX = re.compile(r"^([a-z_0-9]+|(sys|linux|netinet|arpa|asm)/[a-z_0-9.]+|[a-z_0-9]+\.h)$")


def folder_of(header):
    return header.split("/")[0].removesuffix(".hpp")


def level_of(folder):
    return next((i for i, folders in enumerate(LAYERS) if folder in folders), None)


def read_components(text):
    components = {}
    for line in text.splitlines():
        name, links, headers = line.split("|")
        components[name] = (links.split(), headers.split())
    return components


def linked(components, name):
    found, todo = set(), [name]
    while todo:
        component = todo.pop()
        if component not in found:
            found.add(component)
            todo += components[component][0]
    return found


def check_include(header, included, owners, components):
    folder, level = folder_of(header), level_of(folder_of(header))
    if not included.startswith("estima/"):
        party = next((p for p in THIRD_PARTIES if included.startswith(p + "/") or included in (p, p + ".hpp")), None)
        if party is None:
            if not STANDARD_OR_POSIX.match(included) or included in {"mpi.h", "zlib.h"}:
                yield f"includes <{included}>, a third party that no layer owns"
        elif folder not in THIRD_PARTIES[party]:
            yield f"includes <{included}>, which belongs to {', '.join(sorted(THIRD_PARTIES[party]))}"
        return
    target = included.removeprefix("estima/")
    target_folder, target_level = folder_of(target), level_of(folder_of(target))
    if target not in owners:
        yield f"includes <{included}>, which is in no component"
        return
    if target_level is not None and target_level > level:
        yield f"includes <{included}> of a higher layer"
    if (folder, target_folder) in NOT_ALLOWED:
        yield f"includes <{included}>: {folder} does not know {target_folder}"
    if header in owners and owners[target] not in linked(components, owners[header]):
        yield f"includes <{included}> of estima::{owners[target]}, which estima::{owners[header]} does not link"


def heavy_includes(header, includes):
    """What is too heavy for a header that describes, with the way to it."""
    ways, seen = [[header]], {header}
    while ways:
        way = ways.pop()
        for included in includes.get(way[-1], []):
            target = included.removeprefix("estima/")
            heavy_party = any(included.startswith(party + "/") for party in THIRD_PARTIES if party not in LIGHT_PARTIES)
            if included in TOO_HEAVY or heavy_party:
                yield " -> ".join([*way, f"<{included}>"][1:]) + " is too slow to compile for a header that describes"
            elif target != included and target not in seen:
                seen.add(target)
                ways.append([*way, target])


def reached(entries, includes):
    """The headers that the entries include, and they themselves."""
    seen, todo = set(), [header for header in entries if header in includes]
    while todo:
        header = todo.pop()
        if header not in seen:
            seen.add(header)
            todo += [included.removeprefix("estima/") for included in includes.get(header, [])
                     if included.startswith("estima/")]
    return seen


def check(include_folder, components, version, entries=frozenset(ENTRIES)):
    """All faults, as lines of text."""
    faults, owners = [], {}
    for component, (_, headers) in components.items():
        for header in headers:
            if header in owners:
                faults.append(f"{header}: is in two components, {owners[header]} and {component}")
            owners[header] = component
    namespace = "namespace estima::inline v{}_{}".format(*version)
    texts = {path.relative_to(include_folder).as_posix(): path.read_text()
             for path in sorted(include_folder.rglob("*.hpp"))}
    lines = {header: re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text, re.M) for header, text in texts.items()}
    includes = {header: [included for _, included in found] for header, found in lines.items()}
    in_use = reached(entries, includes)
    faults += [f"{entry}: is in ENTRIES of this script, and is no header" for entry in sorted(entries - texts.keys())]
    for header, text in texts.items():
        found = [] if header in in_use else ["is included by no header of ENTRIES in this script"]
        if header not in owners:
            found.append("is in no component (cmake/components.cmake)")
        if level_of(folder_of(header)) is None:
            found.append("is in no layer (LAYERS in this script)")
        else:
            for kind, included in lines[header]:
                if kind == '"':
                    found.append(f'includes "{included}": write <estima/...>')
                else:
                    found += check_include(header, included, owners, components)
        if folder_of(header) in DESCRIBING:
            found += heavy_includes(header, includes)
        if "#pragma once" not in text:
            found.append("has no #pragma once")
        if re.search(r"^namespace ", text, re.M) and namespace not in text:
            found.append(f"has no '{namespace}'")
        if text.count("\n") > 300:
            found.append(f"has {text.count(chr(10))} lines, more than 300")
        faults += [f"{header}: {fault}" for fault in found]
    return faults


def main():
    source, components_file = map(pathlib.Path, sys.argv[1:])
    include_folder = source / "include" / "estima"
    version = re.search(r'library_version\[\] = "(\d+)\.(\d+)', (include_folder / "version.hpp").read_text()).groups()
    components = read_components(components_file.read_text())
    faults = check(include_folder, components, version)
    print("\n".join(faults) if faults else f"{sum(len(h) for _, h in components.values())} headers, no fault")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
