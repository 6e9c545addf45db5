import argparse
import sys

parser = argparse.ArgumentParser(description="Prints many megabytes, then succeeds.")
parser.add_argument("--megabytes", type=int, default=50)
parser.add_argument("--out", required=True)
options = parser.parse_args()
line = "가나다라마바사아자차 0123456789 abcdefghijklmnop\n".encode()
block = line * (2**20 // len(line)) + b"." * (2**20 % len(line) - 1) + b"\n"
for _ in range(options.megabytes):
    sys.stdout.buffer.write(block)
with open(options.out, "w", encoding="utf-8") as file:
    file.write("printed %d bytes\n" % (options.megabytes * len(block)))
