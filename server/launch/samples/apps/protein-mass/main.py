"""Mass, charge and hydropathy of proteins from their sequences."""

import argparse
import csv
import sys

# Average masses of residues in dalton (IUPAC atomic weights), hydropathy of Kyte and Doolittle 1982.
MASS = {
    "A": 71.0788, "R": 156.1875, "N": 114.1038, "D": 115.0886, "C": 103.1388, "E": 129.1155, "Q": 128.1307,
    "G": 57.0519, "H": 137.1411, "I": 113.1594, "L": 113.1594, "K": 128.1741, "M": 131.1926, "F": 147.1766,
    "P": 97.1167, "S": 87.0782, "T": 101.1051, "W": 186.2132, "Y": 163.1760, "V": 99.1326,
}
WATER = 18.01528
HYDROPATHY = {
    "A": 1.8, "R": -4.5, "N": -3.5, "D": -3.5, "C": 2.5, "Q": -3.5, "E": -3.5, "G": -0.4, "H": -3.2, "I": 4.5,
    "L": 3.8, "K": -3.9, "M": 1.9, "F": 2.8, "P": -1.6, "S": -0.8, "T": -0.7, "W": -0.9, "Y": -1.3, "V": 4.2,
}
# pK values of EMBOSS.
BASES = {"K": 10.8, "R": 12.5, "H": 6.5}
ACIDS = {"D": 3.9, "E": 4.1, "C": 8.5, "Y": 10.1}
N_TERMINUS, C_TERMINUS = 8.6, 3.6


def arguments():
    parser = argparse.ArgumentParser(description="Mass, isoelectric point and hydropathy of proteins.")
    parser.add_argument("--proteins", required=True, help="FASTA file of proteins")
    parser.add_argument("--out", required=True, help="CSV table, one row for each protein")
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


def charge(sequence, ph):
    plus = 1 / (1 + 10 ** (ph - N_TERMINUS)) + sum(sequence.count(one) / (1 + 10 ** (ph - pk)) for one, pk in BASES.items())
    minus = 1 / (1 + 10 ** (C_TERMINUS - ph)) + sum(sequence.count(one) / (1 + 10 ** (pk - ph)) for one, pk in ACIDS.items())
    return plus - minus


def isoelectric_point(sequence):
    """The charge only falls with the pH, so halving the interval finds the zero."""
    low, high = 0.0, 14.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if charge(sequence, middle) > 0 else (low, middle)
    return (low + high) / 2


def main():
    options = arguments()
    try:
        records = read_fasta(options.proteins)
        with open(options.out, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["protein", "amino_acids", "mass_da", "isoelectric_point", "hydropathy"])
            for name, raw in records:
                sequence = raw.rstrip("*")
                unknown = sorted(set(sequence) - set(MASS))
                if unknown or not sequence:
                    raise ValueError("%s: unknown amino acids %s" % (name, ", ".join(unknown) or "(none at all)"))
                mass = WATER + sum(MASS[one] for one in sequence)
                hydropathy = sum(HYDROPATHY[one] for one in sequence) / len(sequence)
                point = isoelectric_point(sequence)
                writer.writerow([name, len(sequence), "%.2f" % mass, "%.2f" % point, "%.3f" % hydropathy])
    except (OSError, ValueError) as error:
        print("protein-mass: %s" % error, file=sys.stderr)
        return 1
    print("%d proteins" % len(records))
    return 0


if __name__ == "__main__":
    sys.exit(main())
