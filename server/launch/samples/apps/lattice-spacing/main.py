"""Spacing of lattice planes and their diffraction angle, for any crystal system, by the reciprocal metric."""

import argparse
import csv
import json
import math
import sys


def miller(text):
    """Three integers, as 1,0,-1 or 1 0 -1."""
    h, k, l = (int(part) for part in text.replace(",", " ").split())
    return [h, k, l]


def arguments():
    parser = argparse.ArgumentParser(description="Spacings of lattice planes of a crystal.")
    parser.add_argument("structure", help="crystal structure (JSON with a cell)")
    parser.add_argument("--hkl", type=miller, action="append", metavar="H,K,L", help="Miller indices (may repeat; default: all up to --max-index)")
    parser.add_argument("--max-index", type=int, default=2, choices=range(1, 7), help="largest index when no plane is named")
    parser.add_argument("--wavelength", type=float, default=1.54184, help="wavelength of the X-rays in angstrom (default: mean Cu K-alpha)")
    parser.add_argument("--out", required=True, help="CSV table of planes")
    return parser.parse_args()


def reciprocal_metric(cell):
    """Inverse of the metric tensor: 1/d^2 = h^T G* h holds for every crystal system."""
    a, b, c = cell["a"], cell["b"], cell["c"]
    ca, cb, cg = (math.cos(math.radians(cell[name])) for name in ("alpha", "beta", "gamma"))
    volume2 = (a * b * c) ** 2 * (1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg)
    if volume2 <= 0:
        raise ValueError("these angles do not make a cell")
    sa, sb, sg = (math.sqrt(1 - x * x) for x in (ca, cb, cg))
    return [
        [(b * c * sa) ** 2 / volume2, a * b * c * c * (ca * cb - cg) / volume2, a * b * b * c * (cg * ca - cb) / volume2],
        [a * b * c * c * (ca * cb - cg) / volume2, (a * c * sb) ** 2 / volume2, a * a * b * c * (cb * cg - ca) / volume2],
        [a * b * b * c * (cg * ca - cb) / volume2, a * a * b * c * (cb * cg - ca) / volume2, (a * b * sg) ** 2 / volume2],
    ]


def spacing(metric, plane):
    return 1 / math.sqrt(sum(plane[i] * metric[i][j] * plane[j] for i in range(3) for j in range(3)))


def main():
    options = arguments()
    try:
        with open(options.structure, encoding="utf-8") as file:
            metric = reciprocal_metric(json.load(file)["cell"])
        limit = range(options.max_index + 1)
        planes = options.hkl or [[h, k, l] for h in limit for k in limit for l in limit if h or k or l]
        if [0, 0, 0] in planes:
            raise ValueError("0 0 0 is not a plane")
        spacings = sorted(((spacing(metric, plane), plane) for plane in planes), key=lambda one: (-one[0], one[1]))
        with open(options.out, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["h", "k", "l", "d_angstrom", "two_theta_deg"])
            for d, plane in spacings:
                sine = options.wavelength / (2 * d)
                # A plane closer than half the wavelength reflects nothing.
                angle = "%.4f" % math.degrees(2 * math.asin(sine)) if sine <= 1 else ""
                writer.writerow([*plane, "%.5f" % d, angle])
    except (OSError, ValueError, KeyError, TypeError) as error:
        print("lattice-spacing: %s" % (error if str(error) else type(error).__name__), file=sys.stderr)
        return 1
    print("%d planes" % len(planes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
