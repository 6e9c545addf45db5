"""The side effect by which tests count how often an attempt was started."""

import argparse
import os
import time

parser = argparse.ArgumentParser(description="Adds a line to a journal at each start.")
parser.add_argument("--journal", default="", help="path of the journal (default: the variable KRDC_TEST_JOURNAL)")
parser.add_argument("--seconds", type=float, default=0.0)
parser.add_argument("--input", default="", help="a file that must be there before the start")
parser.add_argument("--out", required=True)
options = parser.parse_args()
if options.input:
    open(options.input, "rb").close()
# One write of a short line in append mode: lines of two starts at once never mix.
journal = os.open(options.journal or os.environ["KRDC_TEST_JOURNAL"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
os.write(journal, ("%d %s\n" % (os.getpid(), options.out)).encode())
os.fsync(journal)
os.close(journal)
print("started", flush=True)
time.sleep(options.seconds)
with open(options.out, "w", encoding="utf-8") as file:
    file.write("counted by %d\n" % os.getpid())
