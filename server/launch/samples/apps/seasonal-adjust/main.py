"""Takes the yearly cycle out of a time series by fitting harmonics of one year together with a smooth trend."""

import argparse
import csv
import datetime
import json
import os
import sys

import numpy as np


def arguments():
    parser = argparse.ArgumentParser(description="Removes the seasonal cycle of a time series.")
    parser.add_argument("--input", required=True, help="CSV table")
    parser.add_argument("--time", default="date", help="column of dates or years")
    parser.add_argument("--value", required=True, help="column of values")
    parser.add_argument("--harmonics", type=int, choices=range(1, 7), default=2, help="number of waves in one year")
    parser.add_argument("--degree", type=int, choices=range(0, 6), default=3, help="degree of the trend's polynomial")
    parser.add_argument("--out", required=True, help="table with columns time, value, seasonal, adjusted")
    return parser.parse_args()


def year_of(text):
    """A date as 19580329 or 1958-03-29, or a year as 1958.24, in years."""
    digits = text.replace("-", "")[:8]
    if len(digits) != 8 or not digits.isdigit():
        return float(text)
    day = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    first = datetime.date(day.year, 1, 1)
    length = datetime.date(day.year + 1, 1, 1) - first
    return day.year + (day - first) / length


def adjust(options):
    with open(options.input, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row[options.value] not in ("", None)]
    time = np.array([year_of(row[options.time]) for row in rows])
    value = np.array([float(row[options.value]) for row in rows])
    unknowns = 2 * options.harmonics + options.degree + 1
    if len(value) <= unknowns:
        raise ValueError("%d rows are too few for %d unknowns" % (len(value), unknowns))
    # Centred and scaled, or the powers of a year near 2000 would lose all their digits.
    scaled = (time - time.mean()) / max(np.ptp(time), 1e-9)
    trend = [scaled**power for power in range(options.degree + 1)]
    waves = [wave(2 * np.pi * (n + 1) * time) for n in range(options.harmonics) for wave in (np.cos, np.sin)]
    design = np.column_stack(trend + waves)
    solution, *_ = np.linalg.lstsq(design, value, rcond=None)
    seasonal = design[:, options.degree + 1 :] @ solution[options.degree + 1 :]
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([options.time, options.value, "seasonal", "adjusted"])
        for row, known, part in zip(rows, value, seasonal):
            writer.writerow([row[options.time], "%.6g" % known, "%.4f" % part, "%.4f" % (known - part)])
    return {"amplitude": round(float(np.ptp(seasonal)), 4), "rows": len(rows)}


def main():
    options = arguments()
    try:
        values = adjust(options)
    except (OSError, ValueError, KeyError) as error:
        print("seasonal-adjust: %s" % error, file=sys.stderr)
        return 1
    print("seasonal swing %(amplitude)s over %(rows)d rows" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
