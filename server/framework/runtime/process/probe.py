"""Reads the argparse parameters of a program by running it up to its first parse.

    python3 probe.py --main main.py --out FILE

The working directory is the app's folder. Whatever the program does before it
parses runs here, so the caller bounds this process in time and memory. Exit
status: 0 the parser is in FILE, 1 FILE says under `error` why there is none.
`probe-site/sitecustomize.py` does the same for commands that are not a plain
`python3 main.py`.
"""

import argparse
import json
import os
import runpy
import sys
import traceback

from parser_shape import describe_parser

# The program may have a module of this name, which must not find ours.
sys.modules.pop("parser_shape", None)


def write_json(path, value):
    new = path + ".tmp"
    with open(new, "w", encoding="utf-8", errors="replace") as file:
        json.dump(value, file, ensure_ascii=False)
    os.replace(new, path)


def install(out):
    """From now on the first parse of this process writes the parser to `out` and ends the process."""
    made = []
    construct = argparse.ArgumentParser.__init__

    def remember(self, *arguments, **options):
        construct(self, *arguments, **options)
        made.append(self)

    def dump(self, accepts_unknown):
        shape = describe_parser(self, made)
        if accepts_unknown:
            shape["problems"].append({"code": "unknown_arguments_accepted", "dest": None})
        write_json(out, shape)
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: a program that catches SystemExit around its parse must not go on.
        os._exit(0)

    def whole(self, *_, **__):
        dump(self, False)

    def partly(self, *_, **__):
        dump(self, True)

    argparse.ArgumentParser.__init__ = remember
    argparse.ArgumentParser.parse_args = whole
    argparse.ArgumentParser.parse_intermixed_args = whole
    argparse.ArgumentParser.parse_known_args = partly
    argparse.ArgumentParser.parse_known_intermixed_args = partly


def last_line(error):
    return traceback.format_exception_only(type(error), error)[-1].strip()


def run(program):
    """Runs the program to its end; reaching it means that it never parsed."""
    sys.argv = [program]
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            return {"code": "raised", "message": "SystemExit: %s" % (end.code,)}
    except BaseException as error:
        # For the build log; the JSON keeps only the last line.
        traceback.print_exc()
        return {"code": "raised", "message": last_line(error)}
    return {"code": "no_parser"}


def main():
    options = argparse.ArgumentParser(description="Reads the argparse parameters of a program.")
    options.add_argument("--main", required=True)
    options.add_argument("--out", required=True)
    given = options.parse_args()
    # The program may change its folder or its output before it parses.
    out = os.path.abspath(given.out)
    os.environ["NO_COLOR"] = "1"
    install(out)
    write_json(out, {"error": run(given.main)})
    sys.exit(1)


if __name__ == "__main__":
    main()
