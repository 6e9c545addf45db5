"""Computes the X-ray powder pattern of a crystal: Bragg's law, structure factors, Lorentz-polarization factor.

Thermal motion and absorption are left out, so intensities at high angles come
out somewhat too large; positions are exact for the given cell.
"""

import argparse
import cmath
import csv
import json
import math
import os
import pathlib
import sys

WAVELENGTHS = {"CuKa": 1.54184, "CuKa1": 1.54056, "MoKa": 0.71073, "CoKa": 1.79026, "FeKa": 1.93735, "CrKa": 2.29100}
ELEMENTS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo "
    "Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb"
).split()


def arguments():
    parser = argparse.ArgumentParser(description="X-ray powder diffraction pattern of a crystal.")
    parser.add_argument("--structure", required=True, help="crystal structure (JSON: cell, atoms)")
    parser.add_argument("--radiation", choices=sorted(WAVELENGTHS), default="CuKa", help="characteristic X-ray line")
    parser.add_argument("--two-theta-min", type=float, default=5.0, help="smallest angle in degrees")
    parser.add_argument("--two-theta-max", type=float, default=90.0, help="largest angle in degrees")
    parser.add_argument("--min-intensity", type=float, default=0.1, help="leave out weaker peaks (strongest is 100)")
    parser.add_argument("--out", required=True, help="CSV table of peaks")
    return parser.parse_args()


def reciprocal_vectors(cell):
    """Rows a*, b*, c* in Cartesian axes."""
    a, b, c = cell["a"], cell["b"], cell["c"]
    alpha, beta, gamma = (math.radians(cell[name]) for name in ("alpha", "beta", "gamma"))
    cx, cy = math.cos(beta), (math.cos(alpha) - math.cos(beta) * math.cos(gamma)) / math.sin(gamma)
    rest = 1 - cx * cx - cy * cy
    if rest <= 0:
        raise ValueError("these angles do not make a cell")
    rows = [[a, 0, 0], [b * math.cos(gamma), b * math.sin(gamma), 0], [c * cx, c * cy, c * math.sqrt(rest)]]
    volume = rows[0][0] * rows[1][1] * rows[2][2]
    return [[x / volume for x in cross(rows[(i + 1) % 3], rows[(i + 2) % 3])] for i in range(3)]


def cross(u, v):
    return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]


def scattering_factor(element, s2, table):
    """f(s) = Z - 41.78214 s^2 sum a exp(-b s^2), s = sin(theta)/lambda (De Graef and McHenry)."""
    return ELEMENTS.index(element) + 1 - 41.78214 * s2 * sum(a * math.exp(-b * s2) for a, b in table[element])


def reflections(structure, table, wavelength, low, high):
    """All lattice vectors of the sphere that these angles reach, with their intensities."""
    axes = reciprocal_vectors(structure["cell"])
    longest = 2 * math.sin(math.radians(high / 2)) / wavelength
    limits = [int(longest * structure["cell"][name]) + 1 for name in "abc"]
    elements = {atom["element"] for atom in structure["atoms"]}
    for h in range(-limits[0], limits[0] + 1):
        for k in range(-limits[1], limits[1] + 1):
            for l in range(-limits[2], limits[2] + 1):
                vector = [h * axes[0][i] + k * axes[1][i] + l * axes[2][i] for i in range(3)]
                length = math.sqrt(sum(x * x for x in vector))
                sine = length * wavelength / 2
                if length == 0 or sine >= 1:
                    continue
                theta = math.asin(sine)
                if not low <= math.degrees(2 * theta) <= high:
                    continue
                factors = {element: scattering_factor(element, (length / 2) ** 2, table) for element in elements}
                amplitude = sum(
                    atom.get("occupancy", 1)
                    * factors[atom["element"]]
                    * cmath.exp(2j * math.pi * (h * atom["x"] + k * atom["y"] + l * atom["z"]))
                    for atom in structure["atoms"]
                )
                lorentz = (1 + math.cos(2 * theta) ** 2) / (math.sin(theta) ** 2 * math.cos(theta))
                yield math.degrees(2 * theta), 1 / length, (h, k, l), abs(amplitude) ** 2 * lorentz


def peaks_of(found, weakest):
    """Planes of equal spacing fall on one ring: their intensities add up to one peak."""
    rings = {}
    for angle, d, plane, intensity in found:
        ring = rings.setdefault(round(angle, 3), {"angle": angle, "d": d, "planes": [], "intensity": 0.0})
        ring["planes"].append(plane)
        ring["intensity"] += intensity
    strongest = max((ring["intensity"] for ring in rings.values()), default=0)
    if strongest <= 0:
        raise ValueError("no reflection between these angles")
    for key in sorted(rings):
        ring = rings[key]
        relative = 100 * ring["intensity"] / strongest
        if relative >= weakest:
            # The usual name of a ring is its plane without negative indices, if it has one.
            plane = max(ring["planes"], key=lambda one: (min(one) >= 0, one))
            yield ring["angle"], ring["d"], plane, len(ring["planes"]), relative


def check(structure, table):
    for atom in structure["atoms"]:
        if atom["element"] not in table or atom["element"] not in ELEMENTS:
            raise ValueError("no scattering factor for %s" % atom["element"])


def compute(options):
    with open(options.structure, encoding="utf-8") as file:
        structure = json.load(file)
    with open(pathlib.Path(__file__).with_name("scattering-factors.json"), encoding="utf-8") as file:
        table = json.load(file)
    check(structure, table)
    wavelength = WAVELENGTHS[options.radiation]
    found = reflections(structure, table, wavelength, options.two_theta_min, options.two_theta_max)
    peaks = list(peaks_of(found, options.min_intensity))
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["phase", "two_theta", "d_angstrom", "h", "k", "l", "multiplicity", "intensity"])
        for angle, d, plane, count, intensity in peaks:
            writer.writerow([structure.get("name", ""), "%.4f" % angle, "%.5f" % d, *plane, count, "%.2f" % intensity])
    strongest = max(peaks, key=lambda peak: peak[4])
    return {"peaks": len(peaks), "strongest_two_theta": round(strongest[0], 4)}


def main():
    options = arguments()
    try:
        values = compute(options)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print("powder-diffraction: %s" % error, file=sys.stderr)
        return 1
    print("%(peaks)d peaks, strongest at %(strongest_two_theta)s degrees" % values)
    if os.environ.get("KRDC_OUTPUTS"):
        with open(os.environ["KRDC_OUTPUTS"], "w", encoding="utf-8") as file:
            json.dump(values, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
