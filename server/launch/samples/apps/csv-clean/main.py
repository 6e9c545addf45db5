"""Keeps the rows of a table that can be computed with, and says how many were not."""

import argparse
import csv
import json
import math
import os
import sys


def arguments():
    parser = argparse.ArgumentParser(description="Drops empty and invalid rows of a CSV table.")
    parser.add_argument("--input", required=True, help="CSV table with a header line")
    parser.add_argument("--columns", nargs="+", default=[], help="columns to keep, in this order (default: all)")
    parser.add_argument("--numeric", nargs="+", default=[], help="columns that must be finite numbers")
    parser.add_argument("--drop-empty", action="store_true", help="drop rows with an empty field")
    parser.add_argument("--unit", default="", help="unit of the values, written to a column of that name")
    parser.add_argument("--missing", action="append", default=[], help="text that stands for a missing value (may repeat)")
    parser.add_argument("--out", required=True, help="cleaned CSV table")
    return parser.parse_args()


def is_number(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def is_good(row, options):
    if options.drop_empty and any(value == "" for value in row.values()):
        return False
    return all(is_number(row[column]) for column in options.numeric)


def clean(options):
    # utf-8-sig: spreadsheets put a mark before the first header that would become part of its name.
    with open(options.input, newline="", encoding="utf-8-sig") as source:
        reader = csv.DictReader(source)
        header = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = header
        columns = options.columns or header
        unknown = [name for name in [*columns, *options.numeric] if name not in header]
        if unknown:
            raise ValueError("no such column: %s (there are: %s)" % (", ".join(unknown), ", ".join(header)))
        kept = dropped = 0
        with open(options.out, "w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(columns + (["unit"] if options.unit else []))
            for raw in reader:
                row = {name: (raw.get(name) or "").strip() for name in header}
                row = {name: "" if value in options.missing else value for name, value in row.items()}
                if is_good({name: row[name] for name in {*columns, *options.numeric}}, options):
                    kept += 1
                    writer.writerow([row[name] for name in columns] + ([options.unit] if options.unit else []))
                else:
                    dropped += 1
    return {"rows_kept": kept, "rows_dropped": dropped}


def main():
    options = arguments()
    try:
        values = clean(options)
    except (OSError, ValueError, csv.Error) as error:
        print("csv-clean: %s" % error, file=sys.stderr)
        return 1
    print("kept %(rows_kept)d rows, dropped %(rows_dropped)d" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
