import { pack } from "./portal.build";

const joining = `
import argparse, json, os, sys
parser = argparse.ArgumentParser(description="Joins files and a word.")
parser.add_argument("--input", nargs="*", default=[])
parser.add_argument("--word", default="")
parser.add_argument("--out", required=True)
options = parser.parse_args()
text = options.word
for path in options.input:
    with open(path, encoding="utf-8") as file:
        text += "[" + os.path.basename(path) + ":" + file.read() + "]"
with open(options.out, "w", encoding="utf-8") as file:
    file.write(text)
with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
    json.dump({"length": len(text)}, file)
print(text)
sys.exit(4 if options.word == "fail" else 0)
`;

const splitting = `
import argparse, os
parser = argparse.ArgumentParser(description="Writes some files into a folder.")
parser.add_argument("--count", type=int, default=3)
parser.add_argument("--parts", required=True)
options = parser.parse_args()
for number in range(options.count):
    with open(os.path.join(options.parts, "part %d 조각.txt" % number), "w", encoding="utf-8") as file:
        file.write(str(number))
`;

const failingOnce = `
import argparse, os, sys
parser = argparse.ArgumentParser(description="Fails until its mark is there, and leaves it.")
parser.add_argument("--mark", required=True)
parser.add_argument("--out", required=True)
options = parser.parse_args()
is_first = not os.path.exists(options.mark)
open(options.mark, "a").close()
with open(options.out, "w") as file:
    file.write("second time")
print("first" if is_first else "second")
sys.exit(9 if is_first else 0)
`;

/** `word` and the contents of its input files in one file, and its length as a value; the word "fail" exits with 4. */
export const packJoin = () =>
  pack("join", joining, {
    parameters: {
      input: { port: "in", kind: "file" },
      out: { port: "out", kind: "file", mediaType: "text/plain" },
      length: { port: "out", kind: "integer" },
    },
  });

/** A folder of `count` files. */
export const packSplit = () =>
  pack("split", splitting, { parameters: { parts: { port: "out", kind: "directory", items: "file" } } });

/** Exits with 9 the first time; the file at `mark` remembers. */
export const packFailOnce = () =>
  pack("fail-once", failingOnce, {
    parameters: { mark: { kind: "string" }, out: { port: "out", kind: "file", mediaType: "text/plain" } },
  });

const misbehaving = `
import argparse, json, os, signal, sys, time
parser = argparse.ArgumentParser(description="Ends as it is told.")
parser.add_argument("--how", required=True)
parser.add_argument("--out", required=True)
options = parser.parse_args()
folder = os.path.dirname(options.out)
def write(path, text="text"):
    with open(path, "w") as file:
        file.write(text)
def values(text):
    write(os.environ["KRDC_OUTPUTS"], text)
values('{"length": 1}')
write(options.out)
if options.how == "killed": os.kill(os.getpid(), signal.SIGKILL)
if options.how == "two files": write(os.path.join(folder, "second"))
if options.how == "link": os.unlink(options.out); os.symlink("/etc/hostname", options.out)
if options.how == "fifo": os.unlink(options.out); os.mkfifo(options.out)
if options.how == "no value": values("{}")
if options.how == "wrong kind": values('{"length": "long"}')
if options.how == "no json": values("{")
if options.how == "deep json": values('{"length": {"a": 1}}')
if options.how == "sleep": time.sleep(600)
if options.how == "own name": os.rename(options.out, os.path.join(folder, "결과 '이름'.txt"))
`;

/** Ends in the way that `how` names; more than a second is too long for it. */
export const packHow = () =>
  pack("how", misbehaving, {
    parameters: { out: { port: "out", kind: "file" }, length: { port: "out", kind: "integer" } },
    resources: { durationSeconds: 1 },
  });
