import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();

const environment = (more: Record<string, string>) =>
  ({ PATH: "/usr/bin:/bin", PYTHONDONTWRITEBYTECODE: "1", ...more }) as Record<string, string> as NodeJS.ProcessEnv;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "krdc 탐색 "));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const header = `
import argparse, enum, functools, json, os, pathlib, sys
p = argparse.ArgumentParser(prog="prog", description="설명 %(prog)s")
`;

/** What probing this program leaves; the body after the parse would leave the file `body`. */
function probe(source: string) {
  writeFileSync(join(folder, "main.py"), `${source}\nopen("body", "w").close()\n`);
  const options = {
    cwd: folder,
    env: environment({}),
    encoding: "utf8",
  } as const;
  const done = spawnSync(python, [join(here, "probe.py"), "--main", "main.py", "--out", "probe.json"], options);
  return { status: done.status, stderr: done.stderr, ...JSON.parse(readFileSync(join(folder, "probe.json"), "utf8")) };
}

const probeArgument = (argument: string) => probe(`${header}p.add_argument(${argument})\np.parse_args()`);

const plainOption = {
  dest: "x",
  options: ["--x"],
  positional: false,
  action: "store",
  type: "str",
  looksLike: null,
  nargs: null,
  choices: null,
  range: null,
  default: null,
  defaultIsSuppressed: false,
  required: false,
  hidden: false,
  help: null,
  metavar: null,
  group: null,
  exclusiveGroup: null,
  const: null,
};

describe("one argument is described", () => {
  it.each([
    { argument: `"--x"`, want: {} },
    { argument: `"-x", "--long-name"`, want: { dest: "long_name", options: ["-x", "--long-name"] } },
    { argument: `"x"`, want: { options: [], positional: true, required: true } },
    { argument: `"x", nargs="?", default="a"`, want: { options: [], positional: true, nargs: "?", default: "a" } },
    { argument: `"x", nargs="*"`, want: { options: [], positional: true, nargs: "*" } },
    {
      argument: `"x", nargs="+", type=int`,
      want: { options: [], positional: true, nargs: "+", type: "int", required: true },
    },
    { argument: `"x", nargs=argparse.REMAINDER`, want: { options: [], positional: true, nargs: "remainder" } },
    {
      argument: `"--x", nargs=2, type=float, metavar=("LOW", "HIGH")`,
      want: { nargs: 2, type: "float", metavar: ["LOW", "HIGH"] },
    },
    { argument: `"--x", required=True`, want: { required: true } },
    {
      argument: `"--x", type=int, default="5", help="기본 %(default)s, 100% 확실"`,
      want: { type: "int", default: 5, help: "기본 5, 100% 확실" },
    },
    {
      argument: `"--x", default=argparse.SUPPRESS, help=argparse.SUPPRESS`,
      want: { defaultIsSuppressed: true, hidden: true },
    },
    { argument: `"--x", action="append"`, want: { action: "append" } },
    { argument: `"--x", action="extend", nargs="+"`, want: { action: "extend", nargs: "+" } },
    { argument: `"--x", action="store_true"`, want: { action: "store_true", default: false, const: true } },
    { argument: `"--x", action="store_false"`, want: { action: "store_false", default: true, const: false } },
    { argument: `"--x", action="count", default=0`, want: { action: "count", default: 0 } },
    { argument: `"--x", action="store_const", const=3`, want: { action: "store_const", const: 3 } },
    { argument: `"--x", action="append_const", const="a"`, want: { action: "append_const", const: "a" } },
    {
      argument: `"--x", action=argparse.BooleanOptionalAction`,
      want: { action: "boolean_optional", options: ["--x", "--no-x"] },
    },
  ])("$argument", ({ argument, want }) => {
    const { status, parameters, problems } = probeArgument(argument);
    expect({ status, problems }).toEqual({ status: 0, problems: [] });
    expect(parameters).toEqual([{ ...plainOption, ...want }]);
  });
});

describe("a type is named", () => {
  it.each([
    { argument: `"--x", type=argparse.FileType("r")`, want: { type: "file-r" } },
    { argument: `"--x", type=argparse.FileType("rb"), default=sys.stdin`, want: { type: "file-r", default: "-" } },
    { argument: `"--x", type=argparse.FileType("wb")`, want: { type: "file-w" } },
    { argument: `"--x", type=open`, want: { type: "file-r" } },
    { argument: `"--x", type=pathlib.Path, default=pathlib.Path("a/b")`, want: { type: "path", default: "a/b" } },
    { argument: `"--x", type=os.path.abspath`, want: { type: "path" } },
    { argument: `"--x", type=json.loads, default={"a": [1]}`, want: { type: "other:json.loads", default: { a: [1] } } },
    { argument: `"--x", type=lambda text: text.split(",")`, want: { type: "other:lambda" } },
    {
      argument: `"--x", type=lambda text: int(text), default=3`,
      want: { type: "other:lambda", looksLike: "int", default: 3 },
    },
    { argument: `"--x", type=functools.partial(int, base=16)`, want: { type: "other:partial(int)" } },
  ])("$argument", ({ argument, want }) => {
    expect(probeArgument(argument).parameters).toEqual([{ ...plainOption, ...want }]);
  });

  it("of the program's own function, with what its annotation promises", () => {
    const { parameters } = probe(
      `${header}def positive(text) -> float: return float(text)\np.add_argument("--x", type=positive)\np.parse_args()`,
    );
    expect(parameters).toEqual([{ ...plainOption, type: "other:positive", looksLike: "float" }]);
  });
});

describe("choices are listed", () => {
  const colour = `class Colour(enum.Enum):\n    RED = "red"\n    BLUE = "blue"\n`;

  it.each([
    { argument: `choices=["a", "b"], default="b"`, want: { choices: ["a", "b"], default: "b" } },
    { argument: `choices={"b", "a"}`, want: { choices: ["a", "b"] } },
    { argument: `choices={"fast": 1, "slow": 2}`, want: { choices: ["fast", "slow"] } },
    { argument: `type=int, choices=range(1, 4)`, want: { type: "int", choices: [1, 2, 3] } },
    {
      argument: `type=int, choices=range(0, 1000, 5)`,
      want: { type: "int", choices: Array.from({ length: 200 }, (_, n) => n * 5) },
    },
    { argument: `type=int, choices=range(0, 1001)`, want: { type: "int", range: { min: 0, max: 1000, step: 1 } } },
    {
      argument: `type=Colour, default=Colour.RED`,
      want: { type: "other:Colour", looksLike: "str", choices: ["red", "blue"], default: "red" },
    },
    {
      argument: `type=lambda name: Colour[name], choices=list(Colour), default=Colour.RED`,
      want: { type: "other:lambda", looksLike: "str", choices: ["RED", "BLUE"], default: "RED" },
    },
  ])("$argument", ({ argument, want }) => {
    const { parameters } = probe(`${header}${colour}p.add_argument("--x", ${argument})\np.parse_args()`);
    expect(parameters).toEqual([{ ...plainOption, ...want }]);
  });
});

describe("what the framework cannot fully say is reported", () => {
  it.each([
    { source: `p.add_argument("--x", default=object())`, want: { code: "default_not_plain", dest: "x" } },
    {
      source: `p.add_argument("--x", type=float, default=float("nan"))`,
      want: { code: "default_not_plain", dest: "x" },
    },
    { source: `p.add_argument("--x", type=bool)`, want: { code: "type_bool", dest: "x" } },
    {
      source: `class Own(argparse.Action): pass\np.add_argument("--x", action=Own)`,
      want: { code: "custom_action", dest: "x" },
    },
    {
      source: `class Any:\n  def __contains__(self, one): return True\np.add_argument("--x", choices=Any(), metavar="X")`,
      want: { code: "choices_not_listed", dest: "x" },
    },
    {
      source: `p.add_argument("--a", dest="x", action="store_true"); p.add_argument("--b", dest="x", action="store_false")`,
      want: { code: "shared_dest", dest: "x" },
    },
    {
      source: `q = argparse.ArgumentParser(); q.add_argument("--other"); p.add_argument("--x")`,
      want: { code: "several_parsers", dest: null },
    },
    { source: `p.fromfile_prefix_chars = "@"`, want: { code: "arguments_from_files", dest: null } },
  ])("$want.code", ({ source, want }) => {
    const { status, problems } = probe(`${header}${source}\np.parse_args()`);
    expect({ status, problems }).toEqual({ status: 0, problems: [want] });
  });

  it("subcommands are named and not taken for a second parser", () => {
    const { subcommands, parameters, problems } = probe(`${header}
common = argparse.ArgumentParser(add_help=False); common.add_argument("--seed", type=int)
s = p.add_subparsers(dest="command")
s.add_parser("train", parents=[common]); s.add_parser("test").add_argument("--x")
p.parse_args()`);
    expect(subcommands).toEqual(["train", "test"]);
    expect({ parameters, problems }).toEqual({ parameters: [], problems: [{ code: "subcommands", dest: "command" }] });
  });

  it("a parse that accepts unknown arguments", () => {
    const { problems } = probe(`${header}p.parse_known_args()`);
    expect(problems).toEqual([{ code: "unknown_arguments_accepted", dest: null }]);
  });
});

describe("a whole program", () => {
  it("stops at its parse, though it catches every exit, imports its own modules and parses in a function", () => {
    writeFileSync(join(folder, "parser_shape.py"), "def build(p): p.add_argument('--x')");
    const done = probe(`${header}
import parser_shape
def main():
    parser_shape.build(p)
    try: p.parse_args()
    except BaseException: pass
if __name__ == "__main__": main()`);
    expect(done).toMatchObject({ status: 0, prog: "prog", description: "설명 prog", parameters: [{ dest: "x" }] });
    expect(existsSync(join(folder, "body"))).toBe(false);
  });

  it("keeps groups and what excludes what", () => {
    const { parameters, exclusiveGroups } = probe(`${header}
g = p.add_argument_group("모델")
g.add_argument("--rate", type=float)
m = g.add_mutually_exclusive_group(required=True)
m.add_argument("--fast", action="store_true"); m.add_argument("--slow", action="store_true")
p.add_argument("--version", action="version", version="1")
p.parse_intermixed_args()`);
    const summary = parameters.map((one: typeof plainOption) => [one.dest, one.group, one.exclusiveGroup]);
    expect(summary).toEqual([
      ["rate", "모델", null],
      ["fast", "모델", 0],
      ["slow", "모델", 0],
    ]);
    expect(exclusiveGroups).toEqual([{ required: true, dests: ["fast", "slow"] }]);
  });

  it.each([
    { that: "never parses", source: "print('no parser')", want: { code: "no_parser" } },
    {
      that: "lacks a module",
      source: "import no_such_module",
      want: { code: "raised", message: "ModuleNotFoundError: No module named 'no_such_module'" },
    },
    {
      that: "gives up early",
      source: "import sys\nsys.exit('set DATA first')",
      want: { code: "raised", message: "SystemExit: set DATA first" },
    },
    {
      that: "is not Python",
      source: "def (",
      want: { code: "raised", message: expect.stringMatching(/^SyntaxError/) },
    },
  ])("that $that is an error with its reason", ({ source, want }) => {
    expect(probe(source)).toMatchObject({ status: 1, error: want });
  });

  it("that another command starts is probed through the site folder", () => {
    writeFileSync(join(folder, "tool.py"), `${header}p.add_argument("--x")\np.parse_args()\nopen("body", "w").close()`);
    const env = environment({ PYTHONPATH: join(here, "probe-site"), KRDC_PROBE_OUT: "probe.json" });
    execFileSync(python, ["-B", "-m", "tool"], { cwd: folder, env });
    expect(JSON.parse(readFileSync(join(folder, "probe.json"), "utf8")).parameters).toEqual([plainOption]);
    expect(existsSync(join(folder, "body"))).toBe(false);
  });
});
