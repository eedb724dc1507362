# SPDX-License-Identifier: BSL-1.0
"""Reads pairs NAME.yml, NAME.json in a folder: both are to be the same data, for the readers that others have.

ruamel.yaml is the reader of Azure's SDK; PyYAML follows YAML 1.1, where `no` is a boolean.
With `--scalars FILE`: prints what ruamel.yaml makes of each entry of a list, one JSON value a line.
"""
import json
import math
import pathlib
import sys
import warnings


def simple(value):
    """Without ruamel's own kinds of text, numbers and maps."""
    if isinstance(value, dict):
        return {simple(k): simple(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [simple(v) for v in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if value is None or "ScalarBoolean" not in type(value).__name__:
        return value if value is None else str(value)
    return bool(value)


def main():
    try:
        import ruamel.yaml
        import yaml
    except ImportError as e:
        print(e)
        return 77
    if sys.argv[1] == "--scalars":
        for value in ruamel.yaml.YAML(typ="rt").load(pathlib.Path(sys.argv[2]).read_text()):
            value = simple(value)
            print("null" if isinstance(value, float) and not math.isfinite(value) else json.dumps(value))
        return 0
    count = 0
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*.yml")):
        expected = json.loads(file.with_suffix(".json").read_text())
        for name, read in [("ruamel.yaml", lambda text: simple(ruamel.yaml.YAML(typ="rt").load(text))),
                           ("PyYAML", yaml.safe_load)]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = read(file.read_bytes().decode())
            if found != expected:
                differing = [key for key in expected if found.get(key, "absent") != expected[key]]
                print(f"{name} reads {file} to something else, in {differing}")
                for key in differing[:1]:
                    print(f"  {found.get(key, 'absent')!r}\n  {expected[key]!r}")
                return 1
        count += 1
    print(f"{count} files agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
