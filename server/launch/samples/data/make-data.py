"""Makes the sample data again from the public packages that README.md names.

    python3 make-data.py PACKAGES_DIR

PACKAGES_DIR holds the unchanged archives: the statsmodels wheel, the Biopython
source archive and the vega-datasets archive. The crystal structures are not
made here: they were typed in from the papers that each file cites.
"""

import csv
import io
import json
import pathlib
import re
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent


def from_wheel(archive, path):
    with zipfile.ZipFile(archive) as wheel:
        return wheel.read(path).decode("utf-8")


def from_tar(archive, ending):
    with tarfile.open(archive) as tar:
        member = next(one for one in tar if one.name.endswith(ending))
        return tar.extractfile(member).read().decode("utf-8")


def write(name, text):
    (HERE / name).write_text(text.replace("\r\n", "\n"), encoding="utf-8")
    print(name, len(text))


def fasta(header, sequence):
    return ">%s\n%s\n" % (header, "\n".join(sequence[at : at + 70] for at in range(0, len(sequence), 70)))


def genbank_sequence(record):
    return re.sub("[^A-Z]", "", record[record.index("ORIGIN") + 6 :].upper())


def genbank_proteins(record):
    """The annotated proteins: an independent answer against which found reading frames can be compared."""
    found = []
    for block in re.split(r"\n     (?=\S)", record[record.index("FEATURES") : record.index("ORIGIN")]):
        if not block.startswith("CDS"):
            continue
        fields = dict(re.findall(r'/(\w+)="([^"]*)"', block))
        place = re.sub(r"\s", "", block[3 : block.index("/")])
        product = re.sub(r"\s+", " ", fields.get("product", ""))
        found.append(fasta("%s %s [%s]" % (fields["protein_id"], product, place), re.sub(r"\s", "", fields["translation"])))
    return "".join(found)


def earthquakes(text):
    """Only what the workflows read, still GeoJSON; the original repeats addresses and codes for 1.2 MB."""
    source = json.loads(text)
    kept = []
    for feature in source["features"]:
        properties = {key: feature["properties"][key] for key in ("mag", "magType", "place", "time", "type")}
        kept.append({"type": "Feature", "id": feature["id"], "properties": properties, "geometry": feature["geometry"]})
    rows = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in kept[:1200])
    return '{"type":"FeatureCollection","features":[\n%s\n]}\n' % rows


def year_table(text, names):
    """One row for a year becomes one row for a month."""
    rows = list(csv.reader(io.StringIO(text)))[1:]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        for month, value in enumerate(row[1:], start=1):
            writer.writerow(["%s-%02d-15" % (row[0], month), value])
    return out.getvalue()


def main():
    packages = pathlib.Path(sys.argv[1])
    statsmodels = next(packages.glob("statsmodels-*.whl"))
    biopython = next(packages.glob("biopython-*.tar.gz"))
    vega = next(packages.glob("vega-datasets-*.tgz"))
    write("co2-mauna-loa.csv", from_wheel(statsmodels, "statsmodels/datasets/co2/co2.csv"))
    write("nile-flow.csv", from_wheel(statsmodels, "statsmodels/datasets/nile/nile.csv"))
    write("sunspots.csv", from_wheel(statsmodels, "statsmodels/datasets/sunspots/sunspots.csv"))
    elnino = from_wheel(statsmodels, "statsmodels/datasets/elnino/elnino.csv")
    write("sea-temperature.csv", year_table(elnino, ["date", "temperature"]))
    phix = from_tar(biopython, "Tests/GFF/NC_001422.gbk")
    write("phix174.fasta", fasta("NC_001422.1 Coliphage phiX174, complete genome", genbank_sequence(phix)))
    write("phix174-proteins.fasta", genbank_proteins(phix))
    write("yersinia-plasmid.fasta", from_tar(biopython, "Tests/GenBank/NC_005816.fna"))
    write("earthquakes.geojson", earthquakes(from_tar(vega, "data/earthquakes.json")))


if __name__ == "__main__":
    main()
