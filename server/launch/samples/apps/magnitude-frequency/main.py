"""How many earthquakes of each size: the law of Gutenberg and Richter, log10 N = a - b M.

The b value is Aki's (1965) maximum likelihood with Utsu's correction for binned
magnitudes, its error that of Shi and Bolt (1982).
"""

import argparse
import collections
import csv
import json
import math
import os
import sys


def arguments():
    parser = argparse.ArgumentParser(description="Magnitude-frequency distribution and b value of an earthquake catalogue.")
    parser.add_argument("--catalogue", required=True, help="CSV table of earthquakes")
    parser.add_argument("--column", default="mag", help="column of magnitudes")
    parser.add_argument("--bin", type=float, default=0.1, help="width of a class of magnitudes")
    parser.add_argument("--completeness", type=float, help="smallest magnitude that is always recorded (default: estimated)")
    parser.add_argument("--out", required=True, help="CSV table: magnitude, count, cumulative, model")
    return parser.parse_args()


def b_value(magnitudes, smallest, width):
    complete = [one for one in magnitudes if one >= smallest - width / 2]
    if len(complete) < 50:
        raise ValueError("%d earthquakes above magnitude %.1f are too few for a b value" % (len(complete), smallest))
    mean = sum(complete) / len(complete)
    b = math.log10(math.e) / (mean - (smallest - width / 2))
    spread = math.sqrt(sum((one - mean) ** 2 for one in complete) / (len(complete) * (len(complete) - 1)))
    return b, 2.30 * b * b * spread, len(complete)


def run(options):
    if options.bin <= 0:
        raise ValueError("a class of magnitudes has a width")
    with open(options.catalogue, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    magnitudes = [float(row[options.column]) for row in rows if row[options.column]]
    if not magnitudes:
        raise ValueError("no magnitudes in column %s" % options.column)
    # Classes are whole numbers: sums of 0.1 would never meet again.
    classes = collections.Counter(round(one / options.bin) for one in magnitudes)
    # Maximum curvature, plus the usual 0.2 because it is known to come out low (Woessner and Wiemer 2005).
    top = max(classes, key=lambda one: (classes[one], -one)) * options.bin + 0.2
    smallest = options.completeness if options.completeness is not None else round(top / options.bin) * options.bin
    b, error, used = b_value(magnitudes, smallest, options.bin)
    a = math.log10(used) + b * smallest
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["magnitude", "count", "cumulative", "model"])
        left = len(magnitudes)
        for number in range(min(classes), max(classes) + 1):
            magnitude = number * options.bin
            model = "%.3f" % 10 ** (a - b * magnitude) if magnitude >= smallest - options.bin / 2 else ""
            writer.writerow(["%.4g" % round(magnitude, 6), classes[number], left, model])
            left -= classes[number]
    values = {"b": b, "b_error": error, "a": a, "completeness_used": smallest}
    return {**{name: round(value, 4) for name, value in values.items()}, "used": used}


def main():
    options = arguments()
    try:
        values = run(options)
    except (OSError, ValueError, KeyError, ZeroDivisionError) as error:
        print("magnitude-frequency: %s" % error, file=sys.stderr)
        return 1
    print("b = %(b).3f ± %(b_error).3f from %(used)d earthquakes of magnitude %(completeness_used).1f and above" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
