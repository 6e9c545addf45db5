"""Turns the point features of a GeoJSON file into a table: one column for each property, and the position."""

import argparse
import csv
import datetime
import json
import sys


def arguments():
    parser = argparse.ArgumentParser(description="GeoJSON points to a CSV table.")
    parser.add_argument("--input", required=True, help="GeoJSON feature collection")
    parser.add_argument("--where", action="append", default=[], metavar="NAME=VALUE", help="keep features with this property value (may repeat)")
    parser.add_argument("--out", required=True, help="CSV table")
    return parser.parse_args()


def iso(milliseconds):
    moment = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def rows_of(collection, conditions):
    for feature in collection["features"]:
        properties = feature.get("properties") or {}
        geometry = feature.get("geometry") or {}
        if geometry.get("type") != "Point" or any(str(properties.get(name)) != value for name, value in conditions):
            continue
        longitude, latitude, *rest = geometry["coordinates"]
        place = {"longitude": longitude, "latitude": latitude, "depth": rest[0] if rest else ""}
        yield {"id": feature.get("id", ""), **properties, **place}


def convert(options):
    with open(options.input, encoding="utf-8") as file:
        collection = json.load(file)
    if collection.get("type") != "FeatureCollection":
        raise ValueError("not a GeoJSON feature collection")
    conditions = [tuple(one.split("=", 1)) for one in options.where]
    if any(len(one) != 2 for one in conditions):
        raise ValueError("a condition has the form NAME=VALUE")
    rows = list(rows_of(collection, conditions))
    if not rows:
        raise ValueError("no point fulfils the conditions")
    # In order of first appearance, so that the same file always gives the same header.
    header = list(dict.fromkeys(name for row in rows for name in row))
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n", restval="")
        writer.writeheader()
        for row in rows:
            if isinstance(row.get("time"), (int, float)):
                row["time"] = iso(row["time"])
            writer.writerow({name: "" if value is None else value for name, value in row.items()})
    return len(rows)


def main():
    options = arguments()
    try:
        print("%d points" % convert(options))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print("geojson-table: %s" % error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
