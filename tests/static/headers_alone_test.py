# SPDX-License-Identifier: BSL-1.0
"""headers_alone.py finds the header that compiles only after another, also where others are compiled ahead of it."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
BASE = "#pragma once\n#include <string>\ninline std::string text() { return {}; }\n"
USER = "#pragma once\n{}#include <base.hpp>\ninline std::vector<std::string> texts() {{ return {{text()}}; }}\n"


def checked(headers):
    with tempfile.TemporaryDirectory() as folder:
        include = pathlib.Path(folder, "include")
        include.mkdir()
        for name, text in headers.items():
            (include / name).write_text(text)
        done = subprocess.run([sys.executable, "-B", HERE / "headers_alone.py", include, folder, *sys.argv[1:],
                               f"-I{include}"], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


good = {"base.hpp": BASE, "user.hpp": USER.format("#include <vector>\n"), "other.hpp": USER.format("#include <vector>\n")}
code, said = checked(good)
assert code == 0 and "3 headers, 0 failed" in said, said
code, said = checked(good | {"user.hpp": USER.format("")})
assert code == 1 and "<user.hpp> alone does not compile" in said and "3 headers, 1 failed" in said, said
code, said = checked({})
assert code == 1, said
