"""Translates DNA to protein by genetic code 11, in one frame or in all six."""

import argparse
import sys

COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")
BASES = "TCAG"
# Translation table 11 of NCBI (bacteria, archaea, plant plastids), codons in the order TTT, TTC, TTA, TTG, TCT …
AMINO_ACIDS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODONS = dict(zip((a + b + c for a in BASES for b in BASES for c in BASES), AMINO_ACIDS))


def arguments():
    parser = argparse.ArgumentParser(description="Translates DNA to protein (genetic code 11).")
    parser.add_argument("sequences", type=argparse.FileType("r", encoding="utf-8"), help="FASTA file of DNA")
    parser.add_argument("--frames", nargs="+", type=int, choices=[1, 2, 3, -1, -2, -3], default=[1], help="reading frames; negative ones are on the other strand")
    parser.add_argument("--to-stop", action="store_true", help="end each protein at its first stop codon")
    parser.add_argument("--out", required=True, type=argparse.FileType("w", encoding="utf-8"), help="FASTA file of proteins")
    return parser.parse_args()


def read_fasta(file):
    name, parts = None, []
    for line in file:
        line = line.strip()
        if line.startswith(">"):
            if name is not None:
                yield name, "".join(parts)
            name, parts = line[1:] or "unnamed", []
        elif line and name is None:
            raise ValueError("not FASTA: a sequence stands before its name")
        else:
            parts.append(line.upper())
    if name is None:
        raise ValueError("no sequence in this file")
    yield name, "".join(parts)


def translate(sequence, frame, to_stop):
    text = (sequence if frame > 0 else sequence.translate(COMPLEMENT)[::-1])[abs(frame) - 1 :]
    protein = "".join(CODONS.get(text[at : at + 3].replace("U", "T"), "X") for at in range(0, len(text) - 2, 3))
    return protein.split("*")[0] if to_stop else protein


def main():
    options = arguments()
    written = 0
    try:
        with options.sequences as source, options.out as target:
            for name, sequence in read_fasta(source):
                for frame in options.frames:
                    protein = translate(sequence, frame, options.to_stop)
                    target.write(">%s frame %+d\n" % (name, frame))
                    target.writelines(protein[at : at + 70] + "\n" for at in range(0, len(protein), 70))
                    written += 1
    except (OSError, ValueError) as error:
        print("translate: %s" % error, file=sys.stderr)
        return 1
    print("%d proteins" % written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
