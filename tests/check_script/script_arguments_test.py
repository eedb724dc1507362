# SPDX-License-Identifier: BSL-1.0
"""Tests of cmake/script_arguments.py: script_arguments_test.py FOLDER_OF_IT"""
import argparse
import pathlib
import re
import sys
import textwrap
import unittest

FOLDER = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2] / "cmake"
sys.path.insert(0, str(FOLDER))
import script_arguments  # noqa: E402


def member(name, kind, **more):
    """A parameter as estima::description_json writes it."""
    return {"name": name, "member": name.strip("-").replace("-", "_"), "kind": kind, "is_optional": False,
            "is_list": False, "is_repeated": False, "exactly": 0, "choices": [], "defaults": ["1"]} | more


def values(name, kind, **more):
    return member(name, kind, is_list=True, **more)


def compare(source, *members, given=(), unseen=(), parser=""):
    """What does not fit between a parser with these calls and a struct with these members."""
    if "import" not in source:
        source = "import argparse\nparser = argparse.ArgumentParser()\n" + textwrap.dedent(source)
    options = argparse.Namespace(struct="params", header="/x/params.hpp", given=list(given), unseen=list(unseen),
                                 parser=parser)
    found, script = script_arguments.compare(source, "train.py", list(members), options)
    return [f"{line}: {text}" for line, text in found], script


class Case(unittest.TestCase):
    def fits(self, source, *members, **options):
        self.assertEqual(compare(source, *members, **options)[0], [])

    def differs(self, expected, source, *members, **options):
        """Exactly one fault, which the pattern finds."""
        found, _ = compare(source, *members, **options)
        self.assertEqual(len(found), 1, found)
        self.assertRegex(found[0], expected)


class Names(Case):
    def test_same_names_fit_and_others_of_the_script_do_not_matter(self):
        self.fits('parser.add_argument("-e", "--epochs", type=int)\nparser.add_argument("--other")',
                  member("--epochs", "integer"))

    def test_a_missing_argument_names_both_sides_and_the_nearest(self):
        self.differs(r"^3: --learning-rate is given by params::learning_rate \(params.hpp\), but the script does not "
                     r"declare it; the nearest that it declares is --learning_rate$",
                     'parser.add_argument("--learning_rate", type=float)', member("--learning-rate", "real"))

    def test_an_abbreviation_is_not_the_name(self):
        self.differs(r"^3: --reg .* nearest that it declares is --regularization",
                     'parser.add_argument("--regularization", type=float)', member("--reg", "real"))

    def test_nothing_is_near(self):
        self.differs(r"^2: --x is given .* does not declare it$", 'parser.add_argument("--epochs")',
                     member("--x", "text"))

    def test_the_help_flag_is_taken(self):
        self.differs("^2: --help is argparse's own", "", member("--help", "on_flag"))
        self.fits('import argparse\nparser = argparse.ArgumentParser(add_help=False)\n'
                  'parser.add_argument("--help", action="store_true")', member("--help", "on_flag"))

    def test_names_given_by_hand(self):
        self.fits('parser.add_argument("data")\nparser.add_argument("--x", required=True)', given=["data", "--x"])
        self.differs("^2: --y is GIVEN by hand, but the script does not declare it", "", given=["--y"])
        self.differs("^3: --x is GIVEN by hand, and params::x", 'parser.add_argument("--x")', member("--x", "text"),
                     given=["--x"])


class Kinds(Case):
    def test_numbers(self):
        self.fits('parser.add_argument("--x", type=float)', member("--x", "integer"))
        self.fits('parser.add_argument("--x", type=float)', member("--x", "real"))
        self.fits('parser.add_argument("--x", type=int)', member("--x", "integer"))
        self.differs(r"^3: --x: the script takes type=int, params::x \(params.hpp\) is a real number$",
                     'parser.add_argument("--x", type=int)', member("--x", "real"))
        self.differs(r"the script takes text, since it has no type=, params::x \(params.hpp\) is an integer",
                     'parser.add_argument("--x")', member("--x", "integer"))

    def test_texts_and_paths(self):
        for declared in "", ", type=str", ", type=Path", ", type=pathlib.Path", ', type=argparse.FileType("r")':
            for kind in "text", "path":
                self.fits(f'parser.add_argument("--x"{declared})', member("--x", kind))
        self.differs("type=float, .* is text", 'parser.add_argument("--x", type=float)', member("--x", "text"))
        self.differs("type=int, .* is a path", 'parser.add_argument("--x", type=int)', member("--x", "path"))

    def test_a_function_as_type_may_take_anything(self):
        for kind in "text", "integer", "real", "boolean", "choice":
            self.fits('parser.add_argument("--x", type=parse)', member("--x", kind))
            self.fits('parser.add_argument("--x", type=lambda text: text)', member("--x", kind))

    def test_flags(self):
        for action in ('"store_true"', '"store_const", const=1', '"store_const", const=ON', '"count"',
                       "argparse.BooleanOptionalAction"):
            self.fits(f'parser.add_argument("--x", action={action})', member("--x", "on_flag"))
        self.differs("type=int with a value, .* is a bool that is passed as a flag",
                     'parser.add_argument("--x", type=int)', member("--x", "on_flag"))
        self.differs('action="store_true" and no value, .* is an integer',
                     'parser.add_argument("--x", action="store_true")', member("--x", "integer"))

    def test_a_flag_that_cannot_say_false(self):
        self.differs("default is True, so that leaving out params::x .* does not say false .*on_off_flag",
                     'parser.add_argument("--x", action=argparse.BooleanOptionalAction, default=True)', member("--x",
                     "on_flag"))
        self.differs("the script requires it", 'parser.add_argument("--x", action="store_true", required=True)',
                     member("--x", "on_flag"))

    def test_a_flag_that_says_the_reverse(self):
        flag = member("--x", "on_flag")
        self.differs(r'^3: --x: the script takes action="store_false", which makes it False; params::x .* passed where',
                     'parser.add_argument("--x", action="store_false")', flag)
        self.differs('"store_false"', 'parser.add_argument("--x", action="store_false", dest="y")', flag)
        self.differs('"store_false"', 'parser.add_argument("--no-x", action="store_false")',
                     member("--no-x", "on_flag"))
        self.fits('parser.add_argument("--no-x", action="store_false", dest="x")', member("--no-x", "on_flag"))
        for const in ", const=False", ", const=0", ', const=""', "":
            self.differs('action="store_const", const=.*, which is not true',
                         f'parser.add_argument("--x", action="store_const"{const})', flag)

    def test_a_flag_that_is_true_without_being_given(self):
        flag = member("--x", "on_flag")
        add = 'parser.add_argument("--x", action="store_true"{})\n'
        for source in (add.format("") + "parser.set_defaults(x=True)", "parser.set_defaults(x=True)\n" + add.format(""),
                       add.format(", default=False") + "parser.set_defaults(y=0, x=1)",
                       'parser.add_argument("--x", action="store_const", const=2, default=1)',
                       'def fill(p):\n  p.add_argument("--x", action="store_true")\n  p.set_defaults(x=True)'):
            with self.subTest(source):
                self.differs("the script's default is (True|1), so that leaving out params::x .* does not say false",
                             source, flag)
        for source in (add.format("") + "parser.set_defaults(y=True)", add.format("") + "parser.set_defaults(x=False)",
                       "parser.set_defaults(x=True)\n" + add.format(", default=False"),
                       add.format("") + "other = argparse.ArgumentParser()\nother.set_defaults(x=True)\n"
                       "parser.parse_args()"):
            with self.subTest(source):
                self.fits(source, flag)

    def test_flags_with_a_negation(self):
        self.fits('parser.add_argument("--x", action=argparse.BooleanOptionalAction)', member("--x", "on_off_flag"))
        self.fits('parser.add_argument("--x", action="store_true")\n'
                  'parser.add_argument("--no-x", action="store_false", dest="x")', member("--x", "on_off_flag"))
        self.differs("does not declare --no-x", 'parser.add_argument("--x", action="store_true")',
                     member("--x", "on_off_flag"))
        self.differs("with a value", 'parser.add_argument("--x")', member("--x", "on_off_flag"))

    def test_bools_as_text(self):
        self.fits('parser.add_argument("--x")', member("--x", "boolean", defaults=["true"]))
        self.fits('parser.add_argument("--x", choices=["true", "false"])', member("--x", "boolean", defaults=["true"]))
        self.differs("reads any text but the empty one as True", 'parser.add_argument("--x", type=bool)',
                     member("--x", "boolean", defaults=["true"]))
        self.differs("can also be false", 'parser.add_argument("--x", choices=["true", "no"])',
                     member("--x", "boolean", defaults=["true"]))

    def test_choices(self):
        schedule = member("--x", "choice", choices=["constant", "cosine"], defaults=["cosine"])
        self.fits('parser.add_argument("--x", choices=["constant", "cosine", "step"])', schedule)
        self.fits('parser.add_argument("--x")', schedule)
        self.fits('import argparse\nALL = ("constant", "cosine")\nparser = argparse.ArgumentParser()\n'
                  'parser.add_argument("--x", choices=ALL)', schedule)
        self.fits('parser.add_argument("--x", choices=list_them())', schedule)
        self.differs(r"^3: --x: the script's choices are constant, step; params::x \(params.hpp\) can also be cosine$",
                     'parser.add_argument("--x", choices=["constant", "step"])', schedule)
        self.differs("params::x .* is gpu by default", 'parser.add_argument("--x", choices=["cpu"])',
                     member("--x", "choice", defaults=["gpu"]))
        self.differs("is 7 by default", 'parser.add_argument("--x", type=int, choices=range(1, 5))',
                     member("--x", "integer", defaults=["7"]))
        self.fits('parser.add_argument("--x", type=float, choices=[0.5, 1])', member("--x", "real", defaults=["1"]))

    def test_an_action_of_its_own_may_do_anything(self):
        self.fits('parser.add_argument("--x", action=Special)', member("--x", "integer"))

    def test_keywords_that_cannot_be_seen_fit(self):
        self.fits('parser.add_argument("--x", **more)', member("--x", "on_flag"))


class Lists(Case):
    def test_any_number(self):
        for nargs in '"+"', '"*"', "argparse.ONE_OR_MORE":
            self.fits(f'parser.add_argument("--x", type=int, nargs={nargs})', values("--x", "integer"))
        self.differs(r'takes type=int, one value; .* is a list of any number of values \(integer\)',
                     'parser.add_argument("--x", type=int)', values("--x", "integer"))
        self.differs('nargs="\\+", a list; .* is an integer', 'parser.add_argument("--x", type=int, nargs="+")',
                     member("--x", "integer"))
        self.differs("type=int, nargs=2, .* a std::array of 2 would fit",
                     'parser.add_argument("--x", type=int, nargs=2)',
                     values("--x", "integer"))

    def test_an_exact_number(self):
        self.fits('parser.add_argument("--x", type=int, nargs=2)', values("--x", "integer", exactly=2))
        self.fits('parser.add_argument("--x", type=int, nargs="+")', values("--x", "integer", exactly=2))
        self.differs("an array of 3 values", 'parser.add_argument("--x", type=int, nargs=2)',
                     values("--x", "integer", exactly=3))

    def test_a_list_without_values(self):
        self.differs("has no values by default", 'parser.add_argument("--x", nargs="+")',
                     values("--x", "text", defaults=[]))
        self.fits('parser.add_argument("--x", nargs="*")', values("--x", "text", defaults=[]))

    def test_a_name_before_each_value(self):
        repeated = values("--x", "text", is_repeated=True)
        self.fits('parser.add_argument("--x", action="append")', repeated)
        self.fits('parser.add_argument("--x", action="extend", nargs="+")', repeated)
        self.differs("keeps the last value only", 'parser.add_argument("--x", nargs="+")', repeated)
        self.differs("a list of lists", 'parser.add_argument("--x", action="append", nargs="+")', repeated)
        self.differs("list_as::repeated would fit", 'parser.add_argument("--x", action="append")',
                     values("--x", "text"))

    def test_the_type_of_the_values_counts(self):
        self.differs("type=int", 'parser.add_argument("--x", type=int, nargs="+")', values("--x", "real"))


class Required(Case):
    def test_what_the_script_requires_must_be_given(self):
        self.fits('parser.add_argument("--x", required=True)', member("--x", "text"))
        self.differs(r"^3: the script requires --data, but no member of params \(params.hpp\) gives it; .*GIVEN --data",
                     'parser.add_argument("-d", "--data", required=True)')
        self.differs("the script requires the positional argument data", 'parser.add_argument("data")')
        self.fits('parser.add_argument("data", nargs="?")\nparser.add_argument("more", nargs="*")')

    def test_what_is_required_may_not_be_left_out(self):
        self.differs("the script requires it, params::x .* can be left out",
                     'parser.add_argument("--x", required=True)',
                     member("--x", "text", is_optional=True))

    def test_exclusive_groups(self):
        group = ('group = parser.add_mutually_exclusive_group(required={})\n'
                 'group.add_argument("--a")\ngroup.add_argument("--b")')
        self.fits(group.format(False))
        self.fits(group.format(True), member("--a", "text"))
        self.fits(group.format(True), member("--a", "text"), member("--b", "text", is_optional=True))
        self.differs("^3: the script requires one of --a, --b", group.format(True))
        self.differs("^3: the script takes only one of --a, --b, but params", group.format(False),
                     member("--a", "text"),
                     member("--b", "text"))


class Scripts(Case):
    X = member("--x", "integer")

    def test_packages_need_not_be_there(self):
        self.fits('import no_such_package\nfrom nowhere import *\nimport argparse as a\np = a.ArgumentParser()\n'
                  'p.add_argument("--x", type=int)\nno_such_package.train(p.parse_args())', self.X)

    def test_other_ways_to_write_it(self):
        for source in (
                'from argparse import ArgumentParser as Make\nMake().add_argument("--x", type=int)',
                'import argparse\ndef make():\n  p = argparse.ArgumentParser()\n  p.add_argument("--x", type=int)\n'
                '  return p\n',
                'import argparse\ndef add(to):\n  to.add_argument("--x", type=int)\nadd(argparse.ArgumentParser())',
                'import argparse\nclass App:\n  def __init__(self):\n    self.p = argparse.ArgumentParser()\n'
                '    self.g = self.p.add_argument_group("g")\n    self.g.add_argument("--x", type=int)',
                'import argparse\nclass Own(argparse.ArgumentParser):\n  def __init__(self):\n    super().__init__()\n'
                '    self.add_argument("--x", type=int)\nOwn().parse_args()',
                'import argparse\np: argparse.ArgumentParser = argparse.ArgumentParser()\nadd = p.add_argument\n'
                'add("--x", type=int)',
                'import argparse\nif (p := argparse.ArgumentParser()):\n  p.add_argument("--" "x", type=int)',
                'import argparse\nbase = argparse.ArgumentParser(add_help=False)\nbase.add_argument("--x", type=int)\n'
                'p = argparse.ArgumentParser(parents=[base])\np.parse_args()'):
            with self.subTest(source):
                self.fits(source, self.X)
                self.differs("type=int", source, member("--x", "real"))

    def test_one_of_two_declarations_is_enough(self):
        self.fits('if new:\n  parser.add_argument("--x", type=int)\nelse:\n  parser.add_argument("--x")', self.X)

    def test_several_parsers(self):
        source = ('import argparse\nfirst = argparse.ArgumentParser()\nfirst.add_argument("--x", type=int)\n'
                  'second = argparse.ArgumentParser()\nsecond.add_argument("--x")\n')
        self.differs("^2: the script has several parsers: first in line 2, second in line 4; say which with PARSER",
                     source, self.X)
        self.fits(source, self.X, parser="first")
        self.differs("^5: --x: the script takes text", source, self.X, parser="second")
        self.differs("no parser in a variable third", source, self.X, parser="third")
        self.fits(source + "first.parse_args()", self.X)

    def test_parsers_of_one_name_in_two_functions(self):
        source = ('import argparse\ndef one():\n  p = argparse.ArgumentParser()\n  p.add_argument("--x", type=int)\n'
                  '  return p.parse_args()\ndef two():\n  p = argparse.ArgumentParser()\n  p.add_argument("--x")\n')
        self.fits(source, self.X)

    def test_what_cannot_be_seen(self):
        for source, line, why in (
                ('for name in names:\n  parser.add_argument(name)', 4, "in a loop"),
                ('parser.add_argument("--" + name)', 3, "a name that is no literal"),
                ('parser.add_argument(*names)', 3, "a name that is no literal"),
                ('common.add_arguments(parser)', 3, "passed to a function of another file"),
                ('more = argparse.ArgumentParser(parents=[common.parser, parser])', 3, "made elsewhere")):
            with self.subTest(source):
                _, script = compare(source)
                self.assertEqual([at for at, _ in script.unseen], [line])
                self.assertIn(why, script.unseen[0][1])
                self.differs(rf"--x is given by .*\. Not all can be seen \(line {line}: .*{why}.*\): .* UNSEEN --x",
                             source, self.X)
                self.fits(source, self.X, unseen=["--x"])

    def test_a_function_of_the_script_is_seen(self):
        _, script = compare('def add(to):\n  to.add_argument("--x")\nadd(parser)')
        self.assertEqual(script.unseen, [])

    def test_options_that_start_with_something_else(self):
        source = 'import argparse\np = argparse.ArgumentParser(prefix_chars="{}")\np.add_argument("{}", type=int)'
        self.differs(r"^2: the script's prefix_chars are '\+', so that it takes no option that starts with '-'",
                     source.format("+", "++x"), self.X)
        self.fits(source.format("+-", "--x"), self.X)

    def test_a_command_line_that_is_not_read(self):
        declared = 'parser.add_argument("--x", type=int)\n'
        for call in "parse_args([])", 'parse_args(args=["--x", "1"])', "parse_known_args(())":
            self.differs("^4: the arguments are read from this list and not from the command line",
                         declared + "a = parser." + call, self.X)
        for call in "parse_args()", "parse_args(sys.argv[1:])", "parse_args(None)", "parse_args(args=argv)":
            found, script = compare(declared + "a = parser." + call, self.X)
            self.assertEqual((found, script.warnings), ([], []))
        found, script = compare(declared + "parser.parse_args([])\nparser.parse_args()", self.X)
        self.assertEqual(found, [])
        self.assertEqual([line for line, _ in script.warnings], [4])
        found, script = compare("def read(parser):\n  return parser.parse_args([])\n" + declared, self.X)
        self.assertEqual((found, [line for line, _ in script.warnings]), ([], [4]))

    def test_two_arguments_that_fill_one_attribute(self):
        both = 'parser.add_argument("--x", type=int)\nparser.add_argument("--y", type=int, dest="x"{})'
        found, script = compare(both.format(""), self.X, member("--y", "integer"))
        self.assertEqual(found, [])
        self.assertEqual(script.warnings, [(4, "--x and --y fill the same attribute, x: the one that is given last "
                                               "wins")])
        self.assertEqual(compare(both.format(""), self.X)[1].warnings, [])
        self.assertEqual(compare('if new:\n  parser.add_argument("-x", "--x", type=int)\nelse:\n'
                                 '  parser.add_argument("--x", type=int)', self.X)[1].warnings, [])

    def test_subcommands_are_said_to_be_unsupported(self):
        self.differs("^3: subcommands .* are not supported",
                     'sub = parser.add_subparsers()\ntrain = sub.add_parser("train")\ntrain.add_argument("--x")',
                     self.X)

    def test_a_script_without_argparse(self):
        self.differs("^1: the script makes no argparse.ArgumentParser", "import sys\nprint(sys.argv)", self.X)

    def test_nothing_in_the_script_runs(self):
        self.fits('import argparse\nraise SystemExit("it ran")\np = argparse.ArgumentParser()\n'
                  'p.add_argument("--x", type=int)', self.X)

    def test_braces_in_a_script_are_only_text(self):
        self.differs(re.escape("choices are {script}, {0}"), 'parser.add_argument("--x", choices=["{script}", "{0}"])',
                     member("--x", "choice", choices=["a"], defaults=["a"]))


class Argparse(unittest.TestCase):
    """What script_params_of relies on (tests/unit/parameters/script_params_of.test.cpp has the same texts)."""

    def test_it_reads_what_is_joined_to_the_name_and_what_is_written_without_exponent(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("--exponent", type=float)
        parser.add_argument("--endless", type=float)
        parser.add_argument("--option")
        parser.add_argument("--dash")
        parser.add_argument("--values", type=float, nargs="+")
        parser.add_argument("--none", nargs="*")
        read = parser.parse_args(["--exponent=-1e-05", "--endless=-inf", "--option=--verbose", "--dash", "-",
                                  "--values", "-0.00001", "1e-05", "-2", "--none"])
        self.assertEqual(vars(read), {"exponent": -1e-5, "endless": float("-inf"), "option": "--verbose", "dash": "-",
                                      "values": [-1e-5, 1e-5, -2], "none": []})


if __name__ == "__main__":
    unittest.main()
