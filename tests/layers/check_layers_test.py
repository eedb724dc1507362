# SPDX-License-Identifier: BSL-1.0
"""The check of layers, tried on small trees that each have one fault."""
import pathlib
import tempfile
import unittest

import check_layers

HEAD = "// SPDX-License-Identifier: BSL-1.0\n#pragma once\n"
BODY = "namespace estima::inline v0_1 {\n}\n"
SOUND = {
    "base/error.hpp": "#include <string>\n",
    "system/json.hpp": "#include <nlohmann/json.hpp>\n",
    "policy/slot.hpp": "#include <boost/hana/filter.hpp>\n#include <estima/base/error.hpp>\n",
    "estimator.hpp": "#include <estima/policy/slot.hpp>\n",
    "snapshot/tree.hpp": "#include <estima/system/json.hpp>\n#include <sys/stat.h>\n#include <linux/fs.h>\n",
    "history/journal.hpp": "#include <estima/system/json.hpp>\n#include <fcntl.h>\n",
    "workspace/run.hpp": "#include <estima/history/journal.hpp>\n#include <estima/snapshot/tree.hpp>\n",
}
COMPONENTS = {
    "core": ([], ["base/error.hpp", "policy/slot.hpp", "estimator.hpp"]),
    "json": (["core"], ["system/json.hpp"]),
    "snapshot": (["json"], ["snapshot/tree.hpp"]),
    "history": (["json"], ["history/journal.hpp"]),
    "estima": (["history", "snapshot"], ["workspace/run.hpp"]),
}
ENTRIES = frozenset({"estimator.hpp", "workspace/run.hpp"})


class CheckLayers(unittest.TestCase):
    def faults(self, changed=None, components=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, includes in {**SOUND, **(changed or {})}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(includes if "#pragma" in includes else HEAD + includes + BODY)
            return check_layers.check(pathlib.Path(folder), components or COMPONENTS, ("0", "1"), ENTRIES)

    def assert_fault(self, words, changed=None, components=None):
        faults = self.faults(changed, components)
        self.assertTrue(any(words in fault for fault in faults), (words, faults))

    def test_a_sound_tree_has_no_fault(self):
        self.assertEqual(self.faults(), [])

    def test_each_kind_of_fault_is_found(self):
        for words, name, includes in [
            ("of a higher layer", "base/error.hpp", "#include <estima/policy/slot.hpp>\n"),
            ("of a higher layer", "history/journal.hpp", "#include <estima/workspace/run.hpp>\n"),
            ("history does not know snapshot", "history/journal.hpp", "#include <estima/snapshot/tree.hpp>\n"),
            ("system/json.hpp -> <nlohmann/json.hpp> is too slow", "estimator.hpp",
             "#include <estima/system/json.hpp>\n"),
            ("too slow", "estimator.hpp", "#include <filesystem>\n"),
            ("too slow", "policy/slot.hpp", "  #  include <chrono>\n"),
            ("belongs to system", "estimator.hpp", "#include <nlohmann/json.hpp>\n"),
            ("belongs to system", "snapshot/tree.hpp", "#include <openssl/evp.h>\n"),
            ("belongs to base", "history/journal.hpp", "#include <boost/hana.hpp>\n"),
            ("belongs to index", "history/journal.hpp", "#include <sqlite3.h>\n"),
            ("belongs to http", "history/journal.hpp", "#include <curl/curl.h>\n"),
            ("no layer owns", "history/journal.hpp", "#include <boost/mpi.hpp>\n"),
            ("no layer owns", "estimator.hpp", "#include <mpi.h>\n"),
            ("write <estima/...>", "history/journal.hpp", '#include "run_record.hpp"\n'),
            ("in no component", "history/journal.hpp", "#include <estima/history/new.hpp>\n"),
            ("no #pragma once", "history/journal.hpp", "// #pragma twice\n"),
            ("namespace estima::inline v0_1", "estimator.hpp", "#pragma once\nnamespace estima {\n}\n"),
            ("more than 300", "estimator.hpp", "#pragma once\n" + "\n" * 300),
        ]:
            with self.subTest(words=words, name=name):
                self.assert_fault(words, {name: includes})

    def test_a_header_that_no_component_has_is_found(self):
        self.assert_fault("new.hpp: is in no component", {"history/new.hpp": ""})
        self.assert_fault("is in no layer", {"surprise/new.hpp": ""})

    def test_a_header_that_no_program_would_include_is_found(self):
        self.assert_fault("new.hpp: is included by no header of ENTRIES", {"history/new.hpp": ""})

    def test_an_entry_that_is_no_header_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            faults = check_layers.check(pathlib.Path(folder), {}, ("0", "1"), frozenset({"gone.hpp"}))
        self.assertEqual(faults, ["gone.hpp: is in ENTRIES of this script, and is no header"])

    def test_a_header_in_two_components_is_found(self):
        self.assert_fault("in two components", None, {**COMPONENTS, "base": ([], ["base/error.hpp"])})

    def test_an_include_that_the_component_does_not_link_is_found(self):
        loose = {**COMPONENTS, "estima": (["history"], ["workspace/run.hpp"])}
        self.assert_fault("of estima::snapshot, which estima::estima does not link", None, loose)


if __name__ == "__main__":
    unittest.main()
