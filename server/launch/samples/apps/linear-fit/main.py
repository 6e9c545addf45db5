"""Fits a straight line by least squares; dates on the x axis become years, so a slope is a change per year."""

import argparse
import csv
import datetime
import json
import os
import sys

import numpy as np


def arguments():
    parser = argparse.ArgumentParser(description="Straight line through a table's points.")
    parser.add_argument("--input", required=True, help="CSV table")
    parser.add_argument("--x", required=True, help="column of x values or dates")
    parser.add_argument("--y", required=True, help="column of y values")
    limits = parser.add_argument_group("range of x")
    limits.add_argument("--x-min", type=float, help="leave out smaller x")
    limits.add_argument("--x-max", type=float, help="leave out larger x")
    parser.add_argument("--out", required=True, help="result as JSON")
    return parser.parse_args()


def number_of(text):
    """A date as 19580329 or 1958-03-29 in years, anything else as a number."""
    digits = text.replace("-", "")[:8]
    if len(digits) != 8 or not digits.isdigit():
        return float(text)
    day = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    first = datetime.date(day.year, 1, 1)
    length = datetime.date(day.year + 1, 1, 1) - first
    return day.year + (day - first) / length


def points(options):
    with open(options.input, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row[options.x] and row[options.y]]
    pairs = [(number_of(row[options.x]), float(row[options.y])) for row in rows]
    low = -np.inf if options.x_min is None else options.x_min
    high = np.inf if options.x_max is None else options.x_max
    kept = [pair for pair in pairs if low <= pair[0] <= high]
    if len({x for x, _ in kept}) < 3:
        raise ValueError("a line with an error needs at least three different x, there are %d points" % len(kept))
    return np.array(kept).T


def fit(x, y):
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ y) / spread
    residual = y - y.mean() - slope * centred
    total = float(((y - y.mean()) ** 2).sum())
    return {
        "slope": slope,
        "slope_error": float(np.sqrt(residual @ residual / (len(x) - 2) / spread)),
        "intercept": float(y.mean() - slope * x.mean()),
        "r_squared": 1 - float(residual @ residual) / total if total > 0 else 1.0,
        "points": len(x),
    }


def main():
    options = arguments()
    try:
        result = fit(*points(options))
        # Ten digits: the last bits of a sum differ between processors, and so would the file's digest.
        result = {name: float("%.10g" % value) if isinstance(value, float) else value for name, value in result.items()}
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
            file.write("\n")
    except (OSError, ValueError, KeyError) as error:
        print("linear-fit: %s" % error, file=sys.stderr)
        return 1
    print("slope %(slope)g ± %(slope_error)g, R² = %(r_squared).4f" % result)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(result, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
