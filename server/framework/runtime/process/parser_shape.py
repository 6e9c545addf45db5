"""Says in plain JSON what an ArgumentParser accepts, calling nothing of the program that defined it."""

import argparse
import collections.abc
import enum
import functools
import inspect
import os
import pathlib
import re
import sys

MAX_RANGE = 200
MAX_CHOICES = 1000

NARGS = {argparse.OPTIONAL: "?", argparse.ZERO_OR_MORE: "*", argparse.ONE_OR_MORE: "+", argparse.REMAINDER: "remainder"}
PATH_FUNCTIONS = (os.path.abspath, os.path.realpath, os.path.expanduser, os.path.normpath)
LOOKS = {int: "int", float: "float", str: "str"}

STREAMS = [stream for file in (sys.stdin, sys.stdout, sys.stderr) if file for stream in (file, getattr(file, "buffer", None)) if stream]
PLACEHOLDER = re.compile(r"%%|%\((\w+)\)([#0\- +]?\d*(?:\.\d+)?[diouxXeEfFgGcrsa])")

# Subclasses stand before their bases.
ACTIONS = [
    (getattr(argparse, "BooleanOptionalAction", ()), "boolean_optional"),
    (argparse._StoreTrueAction, "store_true"),
    (argparse._StoreFalseAction, "store_false"),
    (argparse._AppendConstAction, "append_const"),
    (argparse._StoreConstAction, "store_const"),
    (argparse._CountAction, "count"),
    (argparse._ExtendAction, "extend"),
    (argparse._AppendAction, "append"),
    (argparse._StoreAction, "store"),
]


class NotPlain(Exception):
    """A value that JSON cannot say."""


def plain(value):
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise NotPlain
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if any(value is stream for stream in STREAMS):
        return "-"
    if callable(getattr(value, "tolist", None)):
        # numpy's scalars and arrays, which the program imported and we did not.
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, (set, frozenset)) else items
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: plain(item) for key, item in value.items()}
    raise NotPlain


def type_name(kind):
    if kind is None or kind is str:
        return "str"
    if isinstance(kind, argparse.FileType):
        return "file-w" if set(kind._mode) & set("wax") else "file-r"
    if kind is open:
        return "file-r"
    if isinstance(kind, type) and issubclass(kind, pathlib.PurePath) or kind in PATH_FUNCTIONS:
        return "path"
    if kind in (int, float):
        return kind.__name__
    return "other:" + callable_name(kind)


def callable_name(kind):
    if isinstance(kind, str):
        return kind
    if isinstance(kind, functools.partial):
        return "partial(%s)" % callable_name(kind.func)
    named = kind if hasattr(kind, "__qualname__") else type(kind)
    name = named.__qualname__.replace("<locals>.", "").replace("<lambda>", "lambda")
    module = getattr(named, "__module__", None)
    return name if module in (None, "__main__", "builtins", "__mp_main__") else "%s.%s" % (module, name)


def looks_like(action, choices, default):
    """A guess for types of the program's own, from what stands written: annotation, default, choices."""
    try:
        returned = inspect.signature(action.type).return_annotation
    except (TypeError, ValueError):
        returned = None
    if returned in LOOKS:
        return LOOKS[returned]
    if isinstance(returned, str) and returned in LOOKS.values():
        return returned
    known = [value for value in [default, *(choices or [])] if value is not None]
    kinds = {type(value) for value in known}
    return LOOKS.get(kinds.pop()) if len(kinds) == 1 else None


def is_enum(kind):
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def written(member, kind):
    """How a person writes an Enum member: its value where argparse converts or compares by value, else its name."""
    if is_enum(kind) or isinstance(member, (str, int)):
        return plain(member.value)
    return member.name


def choices_of(action):
    """The list of choices, or a range's limits, or a problem's code."""
    given = action.choices
    if given is None:
        return ([plain(member.value) for member in action.type], None, None) if is_enum(action.type) else (None, None, None)
    if isinstance(given, range):
        if len(given) <= MAX_RANGE:
            return list(given), None, None
        return None, {"min": min(given), "max": max(given), "step": abs(given.step)}, None
    if not isinstance(given, (collections.abc.Sized, collections.abc.Iterable)) or not hasattr(given, "__iter__"):
        return None, None, "choices_not_listed"
    values = []
    try:
        for value in sorted(given, key=str) if isinstance(given, (set, frozenset)) else given:
            values.append(written(value, action.type) if isinstance(value, enum.Enum) else plain(value))
            if len(values) > MAX_CHOICES:
                return None, None, "choices_not_listed"
    except NotPlain:
        return None, None, "choices_not_listed"
    return values, None, None


def default_of(action):
    value = action.default
    if isinstance(value, enum.Enum):
        return written(value, action.type)
    if isinstance(value, str) and action.type in (int, float):
        # argparse converts a default that is text, so we do as well.
        try:
            return plain(action.type(value))
        except ValueError:
            raise NotPlain from None
    return plain(value)


def action_name(action):
    """The action's kind, and whether it is one of the program's own."""
    own = type(action).__module__ != "argparse"
    for kind, name in ACTIONS:
        if kind and isinstance(action, kind):
            return name, own
    return ("store_const" if action.nargs == 0 else "store"), True


def nargs_of(action):
    if action.nargs == 0:
        return None
    return NARGS.get(action.nargs, action.nargs)


def expanded(text, values):
    """argparse's %(name)s, but a stray percent sign stays as it is: there it fails only when --help is asked."""

    def fill(found):
        if found.group(1) is None:
            return "%"
        if values.get(found.group(1)) is None:
            return found.group(0) if found.group(1) not in values else "None"
        try:
            return ("%" + found.group(2)) % values[found.group(1)]
        except (ValueError, TypeError):
            return found.group(0)

    return None if text is None else PLACEHOLDER.sub(fill, text)


def help_of(parser, action, choices, default):
    if action.help == argparse.SUPPRESS:
        return None
    shown = {"prog": parser.prog, "dest": action.dest, "default": default, "metavar": action.metavar, "type": type_name(action.type)}
    if choices is not None:
        shown["choices"] = ", ".join(str(choice) for choice in choices)
    return expanded(action.help, shown)


def safely(read, action, code, report):
    try:
        return read(action)
    except NotPlain:
        report(code, action.dest)
        return None


def describe_action(parser, action, titles, exclusive, report):
    name, own = action_name(action)
    if own:
        report("custom_action", action.dest)
    if action.type is bool:
        # bool("no") is true: the program does not do what its author thinks.
        report("type_bool", action.dest)
    choices, limits, problem = choices_of(action)
    if problem:
        report(problem, action.dest)
    suppressed = action.default is argparse.SUPPRESS or action.default == argparse.SUPPRESS
    kind = type_name(action.type)
    default = None if suppressed else safely(default_of, action, "default_not_plain", report)
    positional = not action.option_strings
    return {
        "dest": action.dest,
        "options": list(action.option_strings),
        "positional": positional,
        "action": name,
        "type": kind,
        "looksLike": looks_like(action, choices, default) if kind.startswith("other:") else None,
        "nargs": nargs_of(action),
        "choices": choices,
        "range": limits,
        "default": default,
        "defaultIsSuppressed": suppressed,
        "required": action.nargs not in ("?", "*", "...") if positional else bool(action.required),
        "hidden": action.help == argparse.SUPPRESS,
        "help": help_of(parser, action, choices, default),
        "metavar": list(action.metavar) if isinstance(action.metavar, tuple) else action.metavar,
        "group": titles.get(id(action)),
        "exclusiveGroup": exclusive.get(id(action)),
        "const": safely(lambda it: plain(it.const), action, "const_not_plain", report),
    }


def group_titles(parser):
    usual = (parser._positionals, parser._optionals)
    return {id(action): group.title for group in parser._action_groups if group not in usual for action in group._group_actions}


def other_parsers(parser, made):
    """Parsers that are neither this one, nor below it, nor a part of it."""
    known, queue = set(), [parser]
    while queue:
        one = queue.pop()
        known.add(id(one))
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                queue.extend(sub for sub in action.choices.values() if id(sub) not in known)
    below = {id(action) for one in made if id(one) in known for action in one._actions}
    return [one for one in made if id(one) not in known and any(is_told(it) and id(it) not in below for it in one._actions)]


def is_told(action):
    return not isinstance(action, (argparse._HelpAction, argparse._VersionAction, argparse._SubParsersAction))


def describe_parser(parser, made=()):
    problems = []

    def report(code, dest):
        problems.append({"code": code, "dest": dest})

    titles = group_titles(parser)
    groups = parser._mutually_exclusive_groups
    exclusive = {id(action): number for number, group in enumerate(groups) for action in group._group_actions}
    told = [action for action in parser._actions if is_told(action)]
    subcommands = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    dests = [action.dest for action in told]
    for dest in sorted({dest for dest in dests if dests.count(dest) > 1}):
        report("shared_dest", dest)
    for action in subcommands:
        report("subcommands", None if action.dest == argparse.SUPPRESS else action.dest)
    if other_parsers(parser, made):
        report("several_parsers", None)
    if parser.fromfile_prefix_chars:
        report("arguments_from_files", None)
    return {
        "python": "%d.%d.%d" % sys.version_info[:3],
        "prog": parser.prog,
        "description": expanded(parser.description, {"prog": parser.prog}),
        "epilog": expanded(parser.epilog, {"prog": parser.prog}),
        "parameters": [describe_action(parser, action, titles, exclusive, report) for action in told],
        "exclusiveGroups": [
            {"required": group.required, "dests": [action.dest for action in group._group_actions]} for group in groups
        ],
        "subcommands": [name for action in subcommands for name in action.choices],
        "problems": problems,
    }
