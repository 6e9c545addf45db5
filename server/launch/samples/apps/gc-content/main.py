"""Share of G and C along a sequence, in windows: marks genes, islands and the origin of replication."""

import argparse
import csv
import json
import os
import sys


def arguments():
    parser = argparse.ArgumentParser(description="GC content and GC skew along sequences.")
    parser.add_argument("sequences", help="FASTA file of DNA")
    parser.add_argument("--window", type=int, default=200, help="bases in a window")
    parser.add_argument("--step", type=int, default=50, help="bases between windows")
    parser.add_argument("--circular", action="store_true", help="the sequences are closed circles")
    parser.add_argument("--out", required=True, help="CSV table of windows")
    return parser.parse_args()


def read_fasta(path):
    """Names and sequences, in the order of the file."""
    records = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if line.startswith(">"):
                records.append([line[1:].split(None, 1)[0] if line[1:].strip() else "unnamed", []])
            elif line and records:
                records[-1][1].append(line.upper())
            elif line:
                raise ValueError("not FASTA: a sequence stands before its name")
    if not records:
        raise ValueError("no sequence in this file")
    return [(name, "".join(parts)) for name, parts in records]


def share(part):
    """GC of the known bases, and the skew (G-C)/(G+C)."""
    g, c, a, t = (part.count(base) for base in "GCAT")
    known = g + c + a + t
    return (100 * (g + c) / known if known else 0.0), ((g - c) / (g + c) if g + c else 0.0)


def windows(sequence, window, step, circular):
    """Yields each window with the place of its middle, counted from 1."""
    half = window // 2
    if not circular:
        for start in range(0, len(sequence) - window + 1, step):
            yield start + half + 1, sequence[start : start + window]
        return
    if window > len(sequence):
        raise ValueError("a window of %d is longer than the circle of %d bases" % (window, len(sequence)))
    # Every base of a circle is the middle of a window that may reach over the origin.
    around = sequence[len(sequence) - half :] + sequence + sequence[:window]
    for start in range(0, len(sequence), step):
        yield start + 1, around[start : start + window]


def run(options):
    if options.window < 1 or options.step < 1:
        raise ValueError("window and step are at least one base")
    records = read_fasta(options.sequences)
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sequence", "position", "gc_percent", "gc_skew"])
        for name, sequence in records:
            for position, part in windows(sequence, options.window, options.step, options.circular):
                gc, skew = share(part)
                writer.writerow([name, position, "%.3f" % gc, "%.4f" % skew])
    whole = "".join(sequence for _, sequence in records)
    return {"gc_percent": round(share(whole)[0], 4), "bases": len(whole)}


def main():
    options = arguments()
    try:
        values = run(options)
    except (OSError, ValueError) as error:
        print("gc-content: %s" % error, file=sys.stderr)
        return 1
    print("%(bases)d bases, %(gc_percent).2f %% GC" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
