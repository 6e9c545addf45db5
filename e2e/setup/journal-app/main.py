"""What start.sh takes: a shell starts ten times faster than Python, which counts where hundreds are started."""

import argparse

parser = argparse.ArgumentParser(description="Adds a line to a journal at each start.")
parser.add_argument("--journal", required=True)
parser.add_argument("--seconds", type=float, default=0.0)
parser.add_argument("--input", default="", help="what must be there before")
parser.add_argument("--stubborn", action="store_true", help="ignore the signal to end")
parser.add_argument("--out", required=True)
parser.parse_args()
