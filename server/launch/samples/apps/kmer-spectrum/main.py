"""Counts the words of k bases in DNA: the fingerprint that assemblers and species detectors start from."""

import argparse
import collections
import csv
import json
import math
import os
import sys

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def arguments():
    parser = argparse.ArgumentParser(description="k-mer spectrum of DNA.")
    parser.add_argument("--sequences", required=True, help="FASTA file of DNA")
    parser.add_argument("-k", "--length", type=int, choices=range(1, 13), default=3, help="bases in a word")
    parser.add_argument("--canonical", action=argparse.BooleanOptionalAction, default=True, help="count a word and its reverse complement as one")
    parser.add_argument("--top", type=int, default=0, help="only the most frequent words (0: all)")
    parser.add_argument("--out", required=True, help="CSV table of words and counts")
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


def count(records, length, canonical):
    counts = collections.Counter()
    for _, sequence in records:
        for at in range(len(sequence) - length + 1):
            word = sequence[at : at + length]
            # A word with an unknown base is no word.
            if word.strip("ACGT"):
                continue
            counts[min(word, word.translate(COMPLEMENT)[::-1]) if canonical else word] += 1
    if not counts:
        raise ValueError("no sequence is as long as a word")
    return counts


def run(options):
    counts = count(read_fasta(options.sequences), options.length, options.canonical)
    total = sum(counts.values())
    # Most frequent first, equal ones by the alphabet: the order never depends on the reading.
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["word", "count", "percent"])
        for word, number in ranked[: options.top or None]:
            writer.writerow([word, number, "%.4f" % (100 * number / total)])
    entropy = -sum(number / total * math.log2(number / total) for number in counts.values())
    return {"words": total, "different": len(counts), "entropy_bits": round(entropy, 4)}


def main():
    options = arguments()
    try:
        values = run(options)
    except (OSError, ValueError) as error:
        print("kmer-spectrum: %s" % error, file=sys.stderr)
        return 1
    print("%(words)d words, %(different)d different, %(entropy_bits)g bits" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
