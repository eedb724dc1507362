# SPDX-License-Identifier: BSL-1.0
"""Compares what a script declares with argparse with the struct whose members become its parameters.

The script is parsed, never run: it may import packages that are not installed. estima_check_script.cmake calls this
with the struct's description as JSON (estima/parameters/description_json.hpp). Needs Python 3.8, nothing else.
"""
import argparse
import ast
import difflib
import json
import os
import sys
import tokenize

# A value that only running the script would tell.
UNKNOWN = type("Unknown", (), {"__repr__": lambda self: "what cannot be seen"})()
SCRIPT, MEMBER = "\1", "\2"  # stand in a sentence for what the script takes and the member's name
FLAG_ACTIONS = {"store_true", "store_false", "store_const", "append_const", "count", "BooleanOptionalAction"}
NARGS = {"OPTIONAL": "?", "ZERO_OR_MORE": "*", "ONE_OR_MORE": "+", "REMAINDER": "..."}
PATHS = {"Path", "PurePath", "PosixPath", "PurePosixPath", "FileType"}
NEGATIONS = ("no_", "not_", "dont_", "without_", "disable_", "skip_")
HARMLESS = {"print", "repr", "str", "isinstance", "type", "id", "vars", "len"}


class Parser:
    """An ArgumentParser, or the parser that a function was given (line 0)."""

    def __init__(self, name, line, has_help=True, parents=(), prefixes="-"):
        self.name, self.line, self.has_help, self.parents = name, line, has_help, list(parents)
        self.prefixes, self.is_used = prefixes, False
        self.fixed_calls, self.reads_command_line = [], False  # lines of parse_args([...]); any other call of it


class Group:
    """add_argument_group, or add_mutually_exclusive_group where `is_exclusive`."""

    def __init__(self, parser, line, is_exclusive, is_required):
        self.parser, self.line, self.is_exclusive, self.is_required = parser, line, is_exclusive, is_required


class Argument:
    """One call of add_argument."""

    def __init__(self, call, names, keyword, parser, group):
        self.line, self.names, self.parser, self.group = call.lineno, names, parser, group
        self.is_positional = not names or not names[0].startswith("-")
        self.action = keyword("action", "store")
        self.type = keyword("type", "str")
        self.nargs = keyword("nargs", None)
        self.choices = keyword("choices", None)
        self.default = keyword("default", None)
        self.const = keyword("const", None)
        self.is_required = keyword("required", False)
        if self.is_positional:
            self.names = names[:1] or [keyword("dest", UNKNOWN)]
            self.is_required = UNKNOWN if self.nargs is UNKNOWN else self.nargs not in ("?", "*", "...")
        self.own_dest = self.dest = self.names[0]
        if not self.is_positional:
            first = next((name for name in names if name.startswith("--")), names[0])
            self.own_dest = first.lstrip("-").replace("-", "_")
            self.dest = keyword("dest", self.own_dest)

    @property
    def is_flag(self):
        return self.action in FLAG_ACTIONS

    @property
    def says_the_opposite(self):
        """Of another argument's, as --no-cache of cache."""
        return self.dest != self.own_dest and self.own_dest.startswith(NEGATIONS)

    @property
    def takes_list(self):
        return self.nargs in ("+", "*", "...") or (isinstance(self.nargs, int) and self.nargs > 1)

    def says(self):
        """What it takes, in argparse's words."""
        parts = []
        if self.action != "store":
            parts.append(self.action if self.action in (UNKNOWN, "BooleanOptionalAction") else f'"{self.action}"')
            parts[-1] = f"action={parts[-1]}"
        if self.action == "store_const" and self.const is not UNKNOWN:
            parts.append(f"const={self.const!r}")
        if not self.is_flag:
            parts.append("text, since it has no type=" if self.type == "str" else f"type={self.type}")
        if self.nargs is not None:
            parts.append(f"nargs={json.dumps(self.nargs) if self.nargs is not UNKNOWN else self.nargs}")
        return ", ".join(parts)


class Script(ast.NodeVisitor):
    """What a script declares. `unseen`: places, as (line, why), that may declare more than can be seen."""

    def __init__(self, tree):
        self.arguments, self.unseen, self.parsers, self.subcommands = [], [], [], []
        self.warnings = []  # as (line, text): what most likely is not meant
        self.modules, self.imported, self.functions, self.classes = {"argparse"}, {}, set(), set()
        self.scopes, self.loops, self.constants = [{}], 0, {}
        self.later_defaults = {}  # of set_defaults, by the parser's id and the name
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions.add(node.name)
        self.read_constants(tree)
        self.visit(tree)

    def read_constants(self, tree):
        """Names that the script gives a literal once and for all."""
        times = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
                times[node.id] = times.get(node.id, 0) + 1
        for node in tree.body:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                if times[node.targets[0].id] == 1:
                    try:
                        self.constants[node.targets[0].id] = ast.literal_eval(node.value)
                    except ValueError:
                        pass

    # What expressions mean

    def own_name(self, node):
        """The name in argparse of an expression such as argparse.ArgumentParser; None for any other."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.modules:
            return node.attr
        return self.imported.get(node.id) if isinstance(node, ast.Name) else None

    def literal(self, node):
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self.constants[node.id]
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError):
            return UNKNOWN

    def type_name(self, node):
        if isinstance(node, ast.Call):
            node = node.func
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if name in ("int", "float", "str", "bool") and isinstance(node, ast.Name):
            return name
        return "path" if name in PATHS else UNKNOWN

    def value_of(self, name, node):
        """The value of a keyword of add_argument."""
        if name == "type":
            return "str" if isinstance(node, ast.Constant) and node.value is None else self.type_name(node)
        own = self.own_name(node)
        if name == "action" and own == "BooleanOptionalAction":
            return own
        if name == "nargs" and own in NARGS:
            return NARGS[own]
        if name == "choices":
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
                bounds = [self.literal(bound) for bound in node.args]
                if not all(isinstance(bound, int) for bound in bounds) or len(range(*bounds)) > 10000:
                    return UNKNOWN
                return list(range(*bounds))
            choices = self.literal(node)
            if isinstance(choices, set):
                return sorted(choices, key=str)
            return list(choices) if isinstance(choices, (list, tuple, dict, str)) else choices
        return self.literal(node)

    def key(self, node):
        return ast.dump(node).replace("Store()", "Load()")

    def meaning(self, node):
        """The parser, group or method that an expression stands for; UNKNOWN if that cannot be told."""
        if isinstance(node, ast.Call):
            return self.made_by(node)
        if isinstance(node, ast.Attribute) and node.attr == "add_argument":
            return "add_argument", self.meaning(node.value)
        for scope in reversed(self.scopes):
            if self.key(node) in scope:
                return scope[self.key(node)]
        return UNKNOWN

    def made_by(self, call, name=""):
        """What a call returns; parsers and groups are noted as they are made."""
        if hasattr(call, "estima_made"):
            return call.estima_made
        call.estima_made = UNKNOWN
        keywords = {k.arg: k.value for k in call.keywords}
        literal = lambda key, default: self.literal(keywords[key]) if key in keywords else default  # noqa: E731
        own = self.own_name(call.func)
        if own == "ArgumentParser" or getattr(call.func, "id", None) in self.classes:
            parents = keywords.get("parents")
            listed = [self.meaning(p) for p in parents.elts] if isinstance(parents, (ast.List, ast.Tuple)) else []
            if parents is not None and (not listed or any(not isinstance(p, Parser) for p in listed)):
                self.unseen.append((call.lineno, "parents= names a parser that is made elsewhere"))
            made = Parser(name, call.lineno, literal("add_help", True), [p for p in listed if isinstance(p, Parser)],
                          literal("prefix_chars", "-"))
            self.parsers.append(made)
            call.estima_made = made
        elif isinstance(call.func, ast.Attribute):
            method, receiver = call.func.attr, None
            if method in ("add_argument_group", "add_mutually_exclusive_group"):
                receiver = self.meaning(call.func.value)
                outer = receiver if isinstance(receiver, Group) else None
                parser = receiver.parser if outer else receiver
                is_exclusive = method == "add_mutually_exclusive_group"
                if outer and outer.is_exclusive and not is_exclusive:
                    call.estima_made = outer
                else:
                    call.estima_made = Group(parser, call.lineno, is_exclusive, literal("required", False))
            elif method == "add_subparsers":
                self.subcommands.append(call.lineno)
                call.estima_made = "subparsers"
            elif method == "add_parser" and self.meaning(call.func.value) == "subparsers":
                call.estima_made = "subparser"
        return call.estima_made

    # Statements, in the order of the source

    def visit_Import(self, node):
        self.modules |= {n.asname for n in node.names if n.name == "argparse" and n.asname}

    def visit_ImportFrom(self, node):
        if node.module == "argparse":
            for name in node.names:
                self.imported[name.asname or name.name] = name.name

    def visit_ClassDef(self, node):
        if any(self.own_name(base) == "ArgumentParser" for base in node.bases):
            self.classes.add(node.name)
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        every = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        self.scopes.append({self.key(ast.Name(a.arg, ast.Load())): UNKNOWN for a in every if a.arg != "self"})
        loops, self.loops = self.loops, 0
        self.generic_visit(node)
        self.loops = loops
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_For(self, node):
        self.loops += 1
        self.generic_visit(node)
        self.loops -= 1

    visit_While = visit_AsyncFor = visit_ListComp = visit_GeneratorExp = visit_For

    def bind(self, target, value):
        if isinstance(value, ast.Call):
            self.made_by(value, getattr(target, "id", getattr(target, "attr", "")))
        scope = self.scopes[-1] if isinstance(target, ast.Name) else self.scopes[0]
        scope[self.key(target)] = self.meaning(value)

    def visit_Assign(self, node):
        for target in node.targets:
            self.bind(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.bind(node.target, node.value)
        self.generic_visit(node)

    visit_NamedExpr = visit_AnnAssign

    def visit_With(self, node):
        for item in node.items:
            if item.optional_vars is not None:
                self.bind(item.optional_vars, item.context_expr)
        self.generic_visit(node)

    def visit_Call(self, node):
        made = self.made_by(node)
        called = self.meaning(node.func) if not isinstance(node.func, ast.Call) else UNKNOWN
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if isinstance(called, tuple):
            self.add_argument(node, called[1])
        elif method in ("parse_args", "parse_known_args", "parse_intermixed_args"):
            parser = self.meaning(node.func.value)
            given = node.args[:1] or [k.value for k in node.keywords if k.arg == "args"]
            is_fixed = bool(given) and isinstance(self.literal(given[0]), (list, tuple))
            if isinstance(parser, Parser):
                parser.is_used = True
                parser.reads_command_line |= not is_fixed
                parser.fixed_calls += [node.lineno] if is_fixed else []
            elif is_fixed and parser is UNKNOWN and self.may_be_a_parser(node.func.value):
                self.warnings.append((node.lineno, f"{method} reads this list and not the command line"))
        elif method == "set_defaults":
            self.set_defaults(node, self.meaning(node.func.value))
        elif made is UNKNOWN:
            self.note_who_else_gets_the_parser(node)
        self.generic_visit(node)

    def may_be_a_parser(self, node):
        return "pars" in getattr(node, "id", getattr(node, "attr", "")).lower()

    def set_defaults(self, call, receiver):
        """As argparse does: of what is added already, and of what will be and has no default of its own."""
        parser = receiver.parser if isinstance(receiver, Group) else receiver
        for keyword in call.keywords:
            for argument in self.arguments:
                if keyword.arg == argument.dest and argument.parser is parser:
                    argument.default = self.literal(keyword.value)
            self.later_defaults[id(parser), keyword.arg] = self.literal(keyword.value)

    def note_who_else_gets_the_parser(self, call):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name in self.functions or name in HARMLESS:
            return
        for value in call.args + [k.value for k in call.keywords]:
            if isinstance(value, (ast.Name, ast.Attribute)) and isinstance(self.meaning(value), (Parser, Group)):
                self.unseen.append((call.lineno, "the parser is passed to a function of another file"))
                return

    def add_argument(self, call, receiver):
        if receiver == "subparser":
            return
        group = receiver if isinstance(receiver, Group) else None
        parser = group.parser if group else receiver
        names = [self.literal(name) for name in call.args]
        if any(isinstance(name, ast.Starred) for name in call.args) or not all(isinstance(n, str) for n in names):
            where = "in a loop" if self.loops else "with a name that is no literal"
            self.unseen.append((call.lineno, f"an argument is added {where}"))
            return
        keywords = {k.arg: k.value for k in call.keywords}

        def keyword(key, default):
            if key in keywords:
                return self.value_of(key, keywords[key])
            return UNKNOWN if None in keywords and key != "dest" else default  # None: **keywords
        argument = Argument(call, names, keyword, parser, group)
        if "default" not in keywords:
            argument.default = self.later_defaults.get((id(parser), argument.dest), argument.default)
        self.arguments.append(argument)


class Faults:
    """What does not fit, each said once with both sides."""

    def __init__(self, script, parameters, options):
        self.script, self.options = script, options
        self.header = os.path.basename(options.header)
        self.struct = f"{options.struct} ({self.header})"
        self.found = []
        self.parameters = {p["name"]: p for p in parameters}

    def add(self, line, text):
        line = line or 1
        if (line, text) not in self.found:
            self.found.append((line, text))

    def member(self, parameter):
        return f"{self.options.struct}::{parameter['member']} ({self.header})"

    def chosen(self):
        """The arguments of the parser that is meant; those of no known parser belong to it if it is the only one."""
        parsers = self.script.parsers
        if self.options.parser:
            mains = [p for p in parsers if p.name == self.options.parser]
            if not mains:
                self.add(1, f"there is no parser in a variable {self.options.parser} (PARSER)")
                return None
        else:
            inherited = {id(parent) for p in parsers for parent in p.parents}
            mains = [p for p in parsers if id(p) not in inherited]
            if len(mains) > 1:
                mains = [p for p in mains if p.is_used] or mains
        if len(mains) > 1:
            lines = ", ".join(f"{p.name or 'a parser'} in line {p.line}" for p in mains)
            self.add(mains[0].line, f"the script has several parsers: {lines}; say which with PARSER")
            return None
        if not mains and not self.script.arguments:
            self.add(1, "the script makes no argparse.ArgumentParser, so nothing can be compared")
            return None
        self.parser = mains[0] if mains else Parser("", 0)
        wanted, todo = set(), [self.parser]
        while todo:
            parser = todo.pop()
            wanted.add(id(parser))
            todo += parser.parents
        is_alone = all(id(parser) in wanted for parser in parsers)
        arguments = []
        for argument in self.script.arguments:
            is_known = isinstance(argument.parser, Parser)
            if id(argument.parser) in wanted or (is_alone and not is_known):
                arguments.append(argument)
            elif not is_known:
                self.script.unseen.append((argument.line, "an argument is added to one of several parsers"))
        return arguments

    def check(self):
        for line in self.script.subcommands:
            self.add(line, "subcommands (add_subparsers) are not supported by estima_check_script")
        arguments = self.chosen()
        if arguments is None or self.script.subcommands:
            return
        if self.parameters and isinstance(self.parser.prefixes, str) and "-" not in self.parser.prefixes:
            self.add(self.parser.line, f"the script's prefix_chars are {self.parser.prefixes!r}, so that it takes no "
                                       f"option that starts with '-', and {self.struct} gives such options")
            return
        if self.parser.fixed_calls:
            text = "the arguments are read from this list and not from the command line"
            if self.parser.reads_command_line:
                self.script.warnings += [(line, text) for line in self.parser.fixed_calls]
            else:
                self.add(self.parser.fixed_calls[0], text)
        declared = {}
        for argument in arguments:
            for name in argument.names:
                declared.setdefault(name, []).append(argument)
                if argument.action == "BooleanOptionalAction" and isinstance(name, str) and name.startswith("--"):
                    declared.setdefault("--no-" + name[2:], []).append(argument)
        for parameter in self.parameters.values():
            self.check_parameter(parameter, declared)
        for name in self.options.given:
            if name in self.parameters:
                self.add(declared[name][0].line if name in declared else 1,
                         f"{name} is GIVEN by hand, and {self.member(self.parameters[name])} gives it too")
            elif name not in declared and name not in self.options.unseen:
                self.add_missing(name, f"{name} is GIVEN by hand", declared)
        self.check_required(arguments)
        self.check_exclusive(arguments)
        self.check_destinations(arguments)

    def check_parameter(self, p, declared):
        name, member = p["name"], self.member(p)
        if name in self.options.unseen:
            return
        if self.parser.has_help is not False and name in ("-h", "--help") and name not in declared:
            return self.add(self.parser.line, f"{name} is argparse's own: it prints the help and ends the script; "
                                              f"{member} needs another name")
        if name not in declared:
            return self.add_missing(name, f"{name} is given by {member}", declared)
        reasons = [(a, self.mismatch(p, a, declared)) for a in declared[name]]
        if all(reason for _, reason in reasons):
            argument, reason = reasons[0]
            reason = reason.replace(SCRIPT, "the script takes " + argument.says()).replace(MEMBER, member)
            self.add(argument.line, f"{name}: {reason}")

    def add_missing(self, name, who, declared):
        known = [n for n in declared if isinstance(n, str)]
        plain = {n.replace("_", "-").lower(): n for n in known}
        near = plain.get(name.replace("_", "-").lower())
        near = near or next(iter(difflib.get_close_matches(name, known, 1, 0.7)), None)
        near = near or next((n for n in known if n.startswith(name)), None)
        text = f"{who}, but the script does not declare it"
        line = self.parser.line
        if near:
            line = declared[near][0].line
            text += f"; the nearest that it declares is {near}"
        if self.script.unseen:
            places = "; ".join(f"line {at}: {why}" for at, why in self.script.unseen)
            text += f". Not all can be seen ({places}): if it is one of those, add UNSEEN {name}"
        self.add(line, text)

    def mismatch(self, p, a, declared):
        """Why a parameter and an argument do not fit, with SCRIPT and MEMBER; None if nothing says so."""
        kind = p["kind"]
        if a.action is UNKNOWN:
            return None
        if a.action in ("help", "version"):
            return f"{SCRIPT}, which ends the script; {MEMBER} needs another name"
        if kind in ("on_flag", "on_off_flag"):
            return self.flag_mismatch(p, a, declared)
        if a.is_flag:
            return f"{SCRIPT} and no value, {MEMBER} is " + words(p)
        if a.is_required is True and (p["is_optional"] or (p["is_repeated"] and not p["defaults"])):
            return f"the script requires it, {MEMBER} can be left out"
        return type_mismatch(p, a) or number_mismatch(p, a) or choice_mismatch(p, a)

    def flag_mismatch(self, p, a, declared):
        if p["kind"] == "on_flag":
            if not a.is_flag:
                return f"{SCRIPT} with a value, {MEMBER} is a bool that is passed as a flag without one"
            if a.is_required is True:
                return f"the script requires it, {MEMBER} is left out where it is false"
            if a.action == "store_false":
                return None if a.dest is UNKNOWN or a.says_the_opposite else (
                    f"{SCRIPT}, which makes it False; {MEMBER} is a bool that is passed where it is true")
            if a.action == "store_const" and a.const is not UNKNOWN and not a.const:
                return f"{SCRIPT}, which is not true; {MEMBER} is a bool that is passed where it is true"
            if a.default is not UNKNOWN and a.default:
                remedy = " (bool_as::on_off_flag would)" if a.action == "BooleanOptionalAction" else ""
                return f"the script's default is {a.default!r}, so that leaving out {MEMBER} does not say false{remedy}"
            return None
        if a.action == "BooleanOptionalAction":
            return None
        negated = "--no-" + p["name"][2:]
        others = declared.get(negated, [])
        if a.is_flag and any(other.is_flag for other in others):
            return None
        if not a.is_flag:
            return f"{SCRIPT} with a value, {MEMBER} is a bool that is passed as a flag or its negation"
        return f"{SCRIPT}, but does not declare {negated}, which {MEMBER} is passed as where it is false"

    def check_required(self, arguments):
        for a in arguments:
            if a.is_required is not True or any(n in self.parameters or n in self.options.given for n in a.names):
                continue
            if a.names[0] is UNKNOWN:
                continue
            what = f"the positional argument {a.names[0]}" if a.is_positional else a.names[-1]
            self.add(a.line, f"the script requires {what}, but no member of {self.struct} gives it; if it is given by "
                             f"hand, add GIVEN {a.names[-1]}")

    def check_exclusive(self, arguments):
        groups = {id(a.group): a.group for a in arguments if a.group and a.group.is_exclusive}
        for key, group in groups.items():
            members = [a for a in arguments if id(a.group) == key]
            names = [n for a in members for n in a.names if n in self.parameters or n in self.options.given]
            always = [n for n in names if n in self.options.given or is_always_given(self.parameters[n])]
            if len(always) > 1:
                self.add(group.line, f"the script takes only one of {', '.join(always)}, but {self.struct} always "
                                     "gives all of them")
            if group.is_required is True and not names:
                every = ", ".join(a.names[-1] for a in members)
                self.add(group.line, f"the script requires one of {every}, but no member of {self.struct} gives it")

    def check_destinations(self, arguments):
        """Two arguments that fill one attribute: the last on the command line wins."""
        filled = {}
        for a in arguments:
            names = [n for n in a.names if n in self.parameters or n in self.options.given]
            if names and a.dest is not UNKNOWN and a.action not in ("append", "append_const", "extend", "count"):
                filled.setdefault(a.dest, {}).setdefault(names[0], a.line)
        for dest, given in filled.items():
            if len(given) > 1:
                self.script.warnings.append((max(given.values()), f"{' and '.join(given)} fill the same attribute, "
                                             f"{dest}: the one that is given last wins"))


def is_always_given(p):
    return not p["is_optional"] and p["kind"] != "on_flag" and not p["is_repeated"]


def words(p):
    """What a member is."""
    kind = {"boolean": "bool", "integer": "integer", "real": "real number", "text": "text", "path": "path",
            "choice": "enum"}[p["kind"]]
    if p["exactly"]:
        return f"an array of {p['exactly']} values ({kind})"
    if p["is_list"]:
        return f"a list of any number of values ({kind})" + (", each behind the name" if p["is_repeated"] else "")
    one = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" if kind != "text" else kind
    return one + (" that is passed as true or false" if kind == "bool" else "")


def type_mismatch(p, a):
    kind = p["kind"]
    if a.type == "bool":
        return f"{SCRIPT}, which reads any text but the empty one as True; {MEMBER} is " + words(p)
    fits = {"boolean": ("str",), "integer": ("int", "float"), "real": ("float",), "text": ("str", "path"),
            "path": ("str", "path"), "choice": ("str", "path")}[kind]
    if a.type is UNKNOWN or a.type in fits:
        return None
    return f"{SCRIPT}, {MEMBER} is " + words(p)


def number_mismatch(p, a):
    """One value, or several behind one name, or the name before each."""
    appends = a.action in ("append", "extend")
    if a.nargs is UNKNOWN:
        return None
    if p["is_repeated"]:
        if not appends:
            return f"{SCRIPT}, which keeps the last value only; {MEMBER} is " + words(p)
        is_flat = a.action == "extend" or not a.takes_list
        return None if is_flat else f"{SCRIPT}, a list of lists; {MEMBER} is " + words(p)
    if not p["is_list"]:
        return f"{SCRIPT}, a list; {MEMBER} is " + words(p) if a.takes_list or appends else None
    if a.action == "append":
        hint = "" if a.takes_list else "; list_as::repeated would fit"
        return f"{SCRIPT}, {MEMBER} is " + words(p) + ", all behind one name" + hint
    if not a.takes_list:
        return None if a.nargs == 1 and p["exactly"] == 1 else f"{SCRIPT}, one value; {MEMBER} is " + words(p)
    if isinstance(a.nargs, int) and a.nargs != p["exactly"]:
        return f"{SCRIPT}, {MEMBER} is {words(p)}; a std::array of {a.nargs} would fit"
    if a.nargs == "+" and not p["exactly"] and p["defaults"] == []:
        return f'{SCRIPT}, {MEMBER} has no values by default; nargs="*" or a std::optional would fit'
    return None


def choice_mismatch(p, a):
    if a.choices is None or a.choices is UNKNOWN:
        return None
    listed = ", ".join(str(choice) for choice in a.choices)

    def is_listed(text):
        if text in map(str, a.choices):
            return True
        numbers = [float(c) for c in a.choices if isinstance(c, (int, float))]
        return p["kind"] in ("integer", "real") and float(text) in numbers
    possible = {"choice": p["choices"], "boolean": ["true", "false"]}.get(p["kind"], [])
    wrong = [text for text in possible if not is_listed(text)]
    if wrong:
        return f"the script's choices are {listed}; {MEMBER} can also be {', '.join(wrong)}"
    wrong = [text for text in p["defaults"] or [] if not is_listed(text)]
    return f"the script's choices are {listed}; {MEMBER} is {wrong[0]} by default" if wrong else None


def compare(text, path, parameters, options):
    """All faults as (line, text), and the script."""
    script = Script(ast.parse(text, path))
    faults = Faults(script, parameters, options)
    faults.check()
    return sorted(faults.found), script


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--script", required=True)
    parser.add_argument("--struct", required=True)
    parser.add_argument("--header", required=True)
    parser.add_argument("--description", required=True)
    parser.add_argument("--stamp", required=True)
    parser.add_argument("--given", action="append", default=[])
    parser.add_argument("--unseen", action="append", default=[])
    parser.add_argument("--parser", default="")
    return parser.parse_args(arguments)


def main():
    options = read_options(sys.argv[1:])
    with open(options.description, encoding="utf-8") as file:
        parameters = json.load(file)
    try:
        with tokenize.open(options.script) as file:
            text = file.read()
        faults, script = compare(text, options.script, parameters, options)
    except (SyntaxError, UnicodeError) as error:
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"{options.script}:{getattr(error, 'lineno', None) or 1}: error: Python {version} cannot parse this "
              f"script: {getattr(error, 'msg', error)}", file=sys.stderr)
        sys.exit(1)
    for line, why in script.unseen:
        print(f"{options.script}:{line}: note: {why}, so it cannot be seen")
    for line, text in script.warnings:
        print(f"{options.script}:{line}: warning: {text}")
    for line, fault in faults:
        print(f"{options.script}:{line}: error: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    with open(options.stamp, "w", encoding="utf-8") as file:
        file.write(f"{len(parameters)} parameters of {options.struct} fit {options.script}\n")


if __name__ == "__main__":
    main()
