import argparse
import time

parser = argparse.ArgumentParser(description="Waits, then writes its output.")
parser.add_argument("--seconds", type=float, default=600.0)
parser.add_argument("--out", required=True)
options = parser.parse_args()
print("waiting %g s" % options.seconds, flush=True)
time.sleep(options.seconds)
with open(options.out, "w", encoding="utf-8") as file:
    file.write("waited %g s\n" % options.seconds)
