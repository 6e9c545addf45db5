import argparse
import sys

parser = argparse.ArgumentParser(description="Writes an error and exits with 3.")
parser.add_argument("--input", help="any file")
parser.add_argument("--out", required=True)
parser.parse_args()
print("cannot go on: the detector is cold", file=sys.stderr)
sys.exit(3)
