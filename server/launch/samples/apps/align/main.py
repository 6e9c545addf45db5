"""Aligns two sequences from end to end (Needleman and Wunsch 1970)."""

import argparse
import json
import os
import sys

# A table of this size takes some seconds and some 100 MB in plain Python.
MAX_CELLS = 16_000_000


def arguments():
    parser = argparse.ArgumentParser(description="Global alignment of two sequences.")
    parser.add_argument("--first", required=True, help="FASTA file; its first sequence is taken")
    parser.add_argument("--second", required=True, help="FASTA file; its first sequence is taken")
    parser.add_argument("--match", type=int, default=1, help="score of equal letters")
    parser.add_argument("--mismatch", type=int, default=-1, help="score of different letters")
    parser.add_argument("--gap", type=int, default=-2, help="score of a letter left out")
    parser.add_argument("--width", type=int, default=60, help="letters in a line of the result")
    parser.add_argument("--out", required=True, help="alignment as text")
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


def align(first, second, match, mismatch, gap):
    """Keeps a byte for each cell, the way back, and only one row of scores."""
    width = len(second) + 1
    scores = [column * gap for column in range(width)]
    back = [bytearray(b"L" * width)]
    for letter in first:
        diagonal, scores[0] = scores[0], scores[0] + gap
        way = bytearray(b"U" * width)
        for column in range(1, width):
            best, step = diagonal + (match if letter == second[column - 1] else mismatch), 68
            if scores[column] + gap > best:
                best, step = scores[column] + gap, 85
            if scores[column - 1] + gap > best:
                best, step = scores[column - 1] + gap, 76
            diagonal, scores[column], way[column] = scores[column], best, step
        back.append(way)
    return scores[-1], walk(first, second, back)


def walk(first, second, back):
    row, column, pairs = len(first), len(second), []
    while row or column:
        step = chr(back[row][column])
        if step in "DU":
            row -= 1
        if step in "DL":
            column -= 1
        pairs.append((first[row] if step in "DU" else "-", second[column] if step in "DL" else "-"))
    pairs.reverse()
    return pairs


def show(pairs, width):
    for at in range(0, len(pairs), width):
        part = pairs[at : at + width]
        yield "%s\n%s\n%s\n" % (
            "".join(a for a, _ in part),
            "".join("|" if a == b else " " for a, b in part),
            "".join(b for _, b in part),
        )


def run(options):
    (first_name, first), (second_name, second) = read_fasta(options.first)[0], read_fasta(options.second)[0]
    if (len(first) + 1) * (len(second) + 1) > MAX_CELLS:
        raise ValueError("sequences of %d and %d letters are too long for this method" % (len(first), len(second)))
    if options.width < 1:
        raise ValueError("a line has at least one letter")
    score, pairs = align(first, second, options.match, options.mismatch, options.gap)
    identity = 100 * sum(a == b for a, b in pairs) / max(len(pairs), 1)
    with open(options.out, "w", encoding="utf-8") as file:
        file.write("%s / %s: score %d, identity %.2f %%\n\n" % (first_name, second_name, score, identity))
        file.write("\n".join(show(pairs, options.width)))
    return {"score": score, "identity": round(identity, 4)}


def main():
    options = arguments()
    try:
        values = run(options)
    except (OSError, ValueError) as error:
        print("align: %s" % error, file=sys.stderr)
        return 1
    print("score %(score)d, identity %(identity).2f %%" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
