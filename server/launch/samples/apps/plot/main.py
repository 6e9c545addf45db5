"""Draws columns of a table as a PNG image; the same table and settings always give the same bytes."""

import argparse
import csv
import datetime
import os
import sys
import tempfile
import warnings

# Without a home folder matplotlib has nowhere to keep its list of fonts and would complain.
os.environ.setdefault("MPLCONFIGDIR", tempfile.mkdtemp(prefix="matplotlib-"))

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot


def arguments():
    parser = argparse.ArgumentParser(description="Plots columns of a CSV table as PNG.")
    parser.add_argument("--input", required=True, help="CSV table")
    parser.add_argument("--x", required=True, help="column of the x axis: numbers, dates or names")
    parser.add_argument("--y", nargs="+", required=True, help="columns to draw")
    parser.add_argument("--kind", choices=["line", "points", "bars", "stems"], default="line", help="form of the marks")
    parser.add_argument("--title", default="", help="title above the plot")
    parser.add_argument("--x-label", default="", help="label of the x axis (default: the column's name)")
    parser.add_argument("--y-label", default="", help="label of the y axis")
    parser.add_argument("--log-y", action="store_true", help="logarithmic y axis")
    parser.add_argument("--grid", action=argparse.BooleanOptionalAction, default=True, help="draw a grid")
    parser.add_argument("--dpi", type=int, default=120, help="dots per inch")
    parser.add_argument("--image", required=True, help="PNG image")
    return parser.parse_args()


def position(text):
    digits = text.replace("-", "")
    if len(digits[:8]) == 8 and digits[:8].isdigit():
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    try:
        return float(text)
    except ValueError:
        return text


def read(options):
    with open(options.input, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [name for name in [options.x, *options.y] if name not in (reader.fieldnames or [])]
        if missing:
            raise ValueError("no such column: %s" % ", ".join(missing))
        rows = list(reader)
    if not rows:
        raise ValueError("the table has no rows")
    series = {}
    for name in options.y:
        kept = [(position(row[options.x]), float(row[name])) for row in rows if row[name] not in ("", None)]
        series[name] = ([x for x, _ in kept], [y for _, y in kept])
    return series


def draw(axes, options, series):
    for name, (x, y) in series.items():
        if options.kind == "points":
            axes.plot(x, y, ".", markersize=4, label=name)
        elif options.kind == "bars":
            axes.bar(x, y, label=name)
        elif options.kind == "stems":
            axes.vlines(x, 0, y, linewidth=1.2, label=name)
        else:
            axes.plot(x, y, linewidth=1, label=name)
    if options.log_y:
        axes.set_yscale("log")
    if options.grid:
        axes.grid(True, linewidth=0.3)
        axes.set_axisbelow(True)
    axes.set_title(options.title)
    axes.set_xlabel(options.x_label or options.x)
    axes.set_ylabel(options.y_label or (options.y[0] if len(options.y) == 1 else ""))
    if len(series) > 1:
        axes.legend()


def main():
    options = arguments()
    # A letter that the font lacks is drawn as a box; the plot is still worth having.
    warnings.filterwarnings("ignore", message=".*missing from.*font.*")
    try:
        figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
        draw(axes, options, read(options))
        # Without the version of matplotlib in it, which would change the digest for nothing.
        figure.savefig(options.image, format="png", dpi=options.dpi, metadata={"Software": None})
    except (OSError, ValueError, TypeError) as error:
        print("plot: %s" % error, file=sys.stderr)
        return 1
    print("drew %s over %s" % (", ".join(options.y), options.x))
    return 0


if __name__ == "__main__":
    sys.exit(main())
