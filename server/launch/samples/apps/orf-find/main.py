"""Finds open reading frames on both strands and writes each protein as a file of its own."""

import argparse
import csv
import json
import os
import pathlib
import sys

COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")
BASES = "TCAG"
# Translation table 11 of NCBI (bacteria, archaea, plant plastids), codons in the order TTT, TTC, TTA, TTG, TCT …
AMINO_ACIDS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODONS = dict(zip((a + b + c for a in BASES for b in BASES for c in BASES), AMINO_ACIDS))

STARTS = {"atg": {"ATG"}, "bacterial": {"ATG", "GTG", "TTG", "CTG", "ATT", "ATC", "ATA"}}


def arguments():
    parser = argparse.ArgumentParser(description="Open reading frames of DNA (genetic code 11).")
    parser.add_argument("--sequences", required=True, help="FASTA file of DNA")
    parser.add_argument("--min-length", type=int, default=50, help="shortest protein in amino acids")
    parser.add_argument("--starts", choices=sorted(STARTS), default="atg", help="codons that may begin a protein")
    parser.add_argument("--strand", choices=["both", "forward", "reverse"], default="both", help="strands to search")
    parser.add_argument("--circular", action="store_true", help="frames may run over the end of the sequence")
    parser.add_argument("--table", required=True, help="CSV table of reading frames")
    parser.add_argument("--parts", required=True, help="folder with one FASTA file for each protein")
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


def frames(sequence, starts, circular):
    """Yields start, length in bases with the stop, protein: the longest frame for each stop codon."""
    size = len(sequence)
    around = sequence * 2 if circular else sequence
    best = {}
    for phase in range(3):
        start, protein = None, []
        for at in range(phase, len(around) - 2, 3):
            codon = around[at : at + 3]
            amino = CODONS.get(codon, "X")
            if amino == "*":
                # On a circle the same stop is met twice; only the second sees a frame that crossed the origin.
                if start is not None and start < size and at + 3 - start <= size:
                    found = (start, at + 3 - start, "".join(protein))
                    best[(at + 3) % size] = max(best.get((at + 3) % size, found), found, key=lambda one: one[1])
                start, protein = None, []
            elif start is None and codon in starts:
                start, protein = at, ["M"]
            elif start is not None:
                protein.append(amino)
    return sorted(best.values())


def search(options):
    for name, sequence in read_fasta(options.sequences):
        size = len(sequence)
        for strand, text in (("+", sequence), ("-", sequence.translate(COMPLEMENT)[::-1])):
            if options.strand not in ("both", {"+": "forward", "-": "reverse"}[strand]):
                continue
            for start, length, protein in frames(text, STARTS[options.starts], options.circular):
                if len(protein) >= options.min_length:
                    first = start if strand == "+" else size - start - length
                    yield name, strand, first % size + 1, (first + length - 1) % size + 1, protein


def run(options):
    found = sorted(search(options), key=lambda one: (one[0], one[2], one[1]))
    parts = pathlib.Path(options.parts)
    parts.mkdir(parents=True, exist_ok=True)
    with open(options.table, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["orf", "sequence", "strand", "start", "end", "amino_acids"])
        for number, (name, strand, start, end, protein) in enumerate(found, start=1):
            orf = "orf-%04d" % number
            writer.writerow([orf, name, strand, start, end, len(protein)])
            lines = "\n".join(protein[at : at + 70] for at in range(0, len(protein), 70))
            text = ">%s %s:%d-%d(%s)\n%s\n" % (orf, name, start, end, strand, lines)
            (parts / (orf + ".fasta")).write_text(text, encoding="utf-8")
    return {"count": len(found), "longest": max((len(one[4]) for one in found), default=0)}


def main():
    options = arguments()
    try:
        values = run(options)
    except (OSError, ValueError) as error:
        print("orf-find: %s" % error, file=sys.stderr)
        return 1
    print("%(count)d reading frames, longest %(longest)d amino acids" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
