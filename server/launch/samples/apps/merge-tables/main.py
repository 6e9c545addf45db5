"""Puts tables with the same columns under each other: the gathering end of steps that ran once for each file."""

import argparse
import csv
import os
import sys


def arguments():
    parser = argparse.ArgumentParser(description="Joins CSV tables with the same columns into one.")
    parser.add_argument("--tables", nargs="+", required=True, help="CSV tables, in this order")
    parser.add_argument("--add-source", action="store_true", help="add a column with the name of each row's file")
    parser.add_argument("--sort-by", default="", help="column to sort by, as numbers where they are numbers")
    parser.add_argument("--descending", action="store_true", help="largest first")
    parser.add_argument("--out", required=True, help="joined CSV table")
    return parser.parse_args()


def order(text):
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)


def merge(options):
    header, rows = None, []
    for path in options.tables:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            columns = next(reader, [])
            if header is None:
                header = columns
            if sorted(columns) != sorted(header):
                raise ValueError("%s has columns %s, not %s" % (os.path.basename(path), columns, header))
            places = [columns.index(name) for name in header]
            source = [os.path.basename(path)] if options.add_source else []
            rows.extend([row[place] for place in places] + source for row in reader if row)
    header = header + (["source"] if options.add_source else [])
    if options.sort_by:
        if options.sort_by not in header:
            raise ValueError("no such column: %s" % options.sort_by)
        place = header.index(options.sort_by)
        rows.sort(key=lambda row: order(row[place]), reverse=options.descending)
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return len(rows)


def main():
    options = arguments()
    try:
        print("%d rows of %d tables" % (merge(options), len(options.tables)))
    except (OSError, ValueError, IndexError) as error:
        print("merge-tables: %s" % error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
