import argparse
import json
import os
import sys

parser = argparse.ArgumentParser(description="Writes what it was given as JSON.")
parser.add_argument("word", nargs="?", default=None, help="a positional text")
parser.add_argument("--words", nargs="*", default=[], help="a list of texts")
parser.add_argument("--integer", type=int, default=7)
parser.add_argument("--number", type=float, default=0.5)
parser.add_argument("--flag", action="store_true")
parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("--tag", action="append", default=[], help="a repeated text")
parser.add_argument("--colour", choices=["빨강", "파랑", "green"], default="green")
parser.add_argument("--file", help="one file")
parser.add_argument("--files", nargs="*", default=[], help="several files")
parser.add_argument("--out", required=True)
options = parser.parse_args()


def content(path):
    """Name and bytes, but not the folder, which differs from run to run."""
    with open(path, "rb") as file:
        return {"name": os.path.basename(path), "hex": file.read(200).hex()}


seen = {name: value for name, value in vars(options).items() if name not in ("out", "file", "files")}
seen["file"] = content(options.file) if options.file else None
seen["files"] = [content(path) for path in options.files]
with open(options.out, "w", encoding="utf-8") as file:
    json.dump(seen, file, ensure_ascii=False, indent=2, sort_keys=True)
if os.environ.get("KRDC_OUTPUTS"):
    with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
        first = options.word or (options.words or [""])[0]
        json.dump({"words_count": len(options.words), "first_word": first, "is_on": options.flag}, file, ensure_ascii=False)
print(json.dumps(sys.argv[1:], ensure_ascii=False))
