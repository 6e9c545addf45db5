"""Smooths one column of a table by the mean of a window of rows around each row."""

import argparse
import csv
import json
import os
import sys


def arguments():
    parser = argparse.ArgumentParser(description="Moving average of a column.")
    parser.add_argument("--input", required=True, help="CSV table in the order of its series")
    parser.add_argument("--column", required=True, help="column to smooth")
    parser.add_argument("--window", type=int, default=12, help="number of rows in the window (default: %(default)s)")
    parser.add_argument("--align", choices=["centre", "past"], default="centre", help="rows around each row, or up to it")
    parser.add_argument("--edges", action="store_true", help="keep rows whose window is cut off at an end")
    parser.add_argument("--out", required=True, help="table with a column `smooth` added")
    return parser.parse_args()


def smooth(values, window, align, edges):
    """Means by differences of running sums: one pass, whatever the window."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    before = window - 1 if align == "past" else window // 2
    for at in range(len(values)):
        first, last = at - before, at - before + window
        if edges or (first >= 0 and last <= len(values)):
            first, last = max(first, 0), min(last, len(values))
            yield at, (sums[last] - sums[first]) / (last - first)


def run(options):
    if options.window < 1:
        raise ValueError("a window has at least one row")
    with open(options.input, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        header = reader.fieldnames or []
        if options.column not in header:
            raise ValueError("no such column: %s (there are: %s)" % (options.column, ", ".join(header)))
        rows = list(reader)
    values = [float(row[options.column]) for row in rows]
    if len(values) < options.window and not options.edges:
        raise ValueError("%d rows are fewer than the window of %d" % (len(values), options.window))
    smoothed = list(smooth(values, options.window, options.align, options.edges))
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*header, "smooth"], lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for at, mean in smoothed:
            writer.writerow({**rows[at], "smooth": "%.6g" % mean})
    return {"mean": round(sum(values) / len(values), 6), "rows": len(smoothed)}


def main():
    options = arguments()
    try:
        values = run(options)
    except (OSError, ValueError, ZeroDivisionError) as error:
        print("moving-average: %s" % error, file=sys.stderr)
        return 1
    print("smoothed %(rows)d rows, mean %(mean)g" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
