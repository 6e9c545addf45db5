import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { access, appName, parameter, resources } from "#server/graph/app";
import { parseAppRef, workflow } from "#server/graph/workflow";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "krdc 표본 "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Manifest = {
  name: string;
  version: string;
  parameters: Record<string, { port?: string; kind?: string; title?: unknown }>;
};

const json = (path: string) => JSON.parse(readFileSync(join(here, path), "utf8"));
const listed: { dir: string; cluster: string }[] = json("apps.json");
const manifestOf = (dir: string): Manifest => json(join(dir, "krdc.app.json"));
const misbehaving = readdirSync(join(here, "misbehaving")).filter((name) => !name.includes("."));

/** Runs a sample as a person would by hand; returns the small values that it reported. */
function run(app: string, ...args: string[]) {
  const values = join(folder, `${app}-values.json`);
  rmSync(values, { force: true });
  const env = { PATH: "/usr/bin:/bin", PYTHONDONTWRITEBYTECODE: "1", KRDC_OUTPUTS: values } as Record<
    string,
    string
  > as NodeJS.ProcessEnv;
  execFileSync(python, ["main.py", ...args], { cwd: join(here, "apps", app), env, stdio: "pipe" });
  return existsSync(values) ? JSON.parse(readFileSync(values, "utf8")) : {};
}

const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
const data = (name: string) => join(here, "data", name);
const out = (name: string) => join(folder, name);
const rows = (name: string) =>
  readFileSync(out(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));

describe("every sample", () => {
  it("is in the list that the start registers", () => {
    expect(listed.map(({ dir }) => dir).sort()).toEqual(readdirSync(join(here, "apps")).map((name) => `apps/${name}`));
    expect(new Set(listed.map(({ cluster }) => cluster))).toEqual(new Set(["materials", "bio"]));
  });

  it.each([...listed.map(({ dir }) => dir), ...misbehaving.map((name) => `misbehaving/${name}`)])(
    "%s says what it is in both languages",
    (dir) => {
      const manifest = json(join(dir, "krdc.app.json"));
      expect(appName.parse(manifest.name)).toBe(dir.split("/").at(-1));
      expect([access.safeParse(manifest.access).success, resources.safeParse(manifest.resources).success]).toEqual([
        true,
        true,
      ]);
      const hint = parameter.partial();
      for (const [name, given] of Object.entries(manifest.parameters))
        expect(hint.safeParse(given), name).toMatchObject({ success: true });
      for (const text of [
        manifest.title,
        manifest.summary,
        ...Object.values<{ title: unknown }>(manifest.parameters).map((one) => one.title),
      ]) {
        expect(text).toEqual({ ko: expect.stringMatching(/./), en: expect.stringMatching(/./) });
      }
    },
  );

  it("that needs packages pins each of them", () => {
    const files = listed.map(({ dir }) => join(here, dir, "requirements.txt")).filter((path) => existsSync(path));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const path of files)
      for (const line of readFileSync(path, "utf8").trim().split("\n")) expect(line).toMatch(/^[a-z]+==[0-9.]+(;|$)/);
  });
});

describe("every workflow", () => {
  const files: Record<string, Record<string, string[]>> = json("workflow-files.json");

  it.each(readdirSync(join(here, "workflows")))(
    "%s is valid, uses sample apps and ports that exist, and has its data",
    (name) => {
      const document = workflow.parse(json(`workflows/${name}`));
      const ports = new Map<string, Set<string>>([["inputs", new Set(Object.keys(document.inputs))]]);
      for (const [id, step] of Object.entries(document.steps)) {
        const { cluster, name: app, version } = parseAppRef(step.app);
        expect(listed).toContainEqual({ dir: `apps/${app}`, cluster });
        const manifest = manifestOf(`apps/${app}`);
        expect(manifest.version).toBe(version);
        for (const bound of Object.keys(step.with)) expect(manifest.parameters[bound], `${id}.${bound}`).toBeDefined();
        ports.set(
          id,
          new Set(Object.entries(manifest.parameters).flatMap(([port, one]) => (one.port === "out" ? [port] : []))),
        );
      }
      for (const [, from] of JSON.stringify(document).matchAll(/"from":"([^"]+)"/g)) {
        const [step = "", port = ""] = (from ?? "").split(".");
        expect([...(ports.get(step) ?? [])], from).toContain(port);
      }
      const given = files[`workflows/${name}`] ?? {};
      const needed = Object.entries(document.inputs).flatMap(([input, one]) =>
        one.default === undefined ? [input] : [],
      );
      expect(Object.keys(given)).toEqual(needed);
      for (const path of Object.values(given).flat()) expect(existsSync(join(here, path)), path).toBe(true);
    },
  );
});

describe("the science holds", () => {
  it("halite reflects Cu K-alpha at the angles of the reference pattern", () => {
    run("powder-diffraction", "--structure", data("structures/halite.json"), "--out", out("halite.csv"));
    const found = rows("halite.csv")
      .slice(1, 5)
      .map(([, angle, , h, k, l]) => [`${h}${k}${l}`, Number(angle).toFixed(1)]);
    expect(found).toEqual([
      ["111", "27.4"],
      ["200", "31.7"],
      ["220", "45.5"],
      ["311", "53.9"],
    ]);
  });

  it("silicon has no (222), and quartz is strongest at (101)", () => {
    run("powder-diffraction", "--structure", data("structures/silicon.json"), "--out", out("silicon.csv"));
    expect(rows("silicon.csv").map(([, , , h, k, l]) => `${h}${k}${l}`)).not.toContain("222");
    const quartz = run("powder-diffraction", "--structure", data("structures/quartz.json"), "--out", out("quartz.csv"));
    expect(quartz.strongest_two_theta).toBeCloseTo(26.65, 1);
  });

  it("both ways of computing a spacing agree", () => {
    run("lattice-spacing", data("structures/quartz.json"), "--hkl=1,0,1", "--hkl=1,1,2", "--out", out("planes.csv"));
    expect(
      rows("planes.csv")
        .slice(1)
        .map((row) => row[3]),
    ).toEqual(["3.34456", "1.81844"]);
  });

  it("phiX174 has 44.76 % GC in 5,386 bases", () => {
    const whole = run("gc-content", data("phix174.fasta"), "--circular", "--step", "1", "--out", out("gc.csv"));
    expect(rows("gc.csv")).toHaveLength(5387);
    expect(whole).toEqual({
      bases: 5386,
      gc_percent: 44.7642,
    });
  });

  it("the reading frames of phiX174 include its annotated genes, also the one that crosses the origin", () => {
    const args = [
      "--circular",
      "--strand",
      "forward",
      "--min-length",
      "38",
      "--table",
      out("orfs.csv"),
      "--parts",
      out("parts"),
    ];
    const { count } = run("orf-find", "--sequences", data("phix174.fasta"), ...args);
    const places = rows("orfs.csv").map(([, , , start, end]) => `${start}..${end}`);
    // Genes K, C, D, E, J, F, G, H and B as NC_001422.1 annotates them; A and A* begin inside their longest frame.
    const annotated = [
      "51..221",
      "133..393",
      "390..848",
      "568..843",
      "848..964",
      "1001..2284",
      "2395..2922",
      "2931..3917",
      "5075..51",
    ];
    expect(places).toEqual(expect.arrayContaining(annotated));
    expect(readdirSync(out("parts"))).toHaveLength(count);
  });

  it("a found protein is the annotated one, letter by letter", () => {
    run(
      "orf-find",
      "--sequences",
      data("phix174.fasta"),
      "--min-length",
      "400",
      "--table",
      out("f.csv"),
      "--parts",
      out("f"),
    );
    const found = readFileSync(out("f/orf-0001.fasta"), "utf8").split("\n").slice(1).join("");
    expect(readFileSync(data("phix174-proteins.fasta"), "utf8").replaceAll("\n", "")).toContain(found);
  });

  it("the b value of a week of strong earthquakes is near one", () => {
    run(
      "geojson-table",
      "--input",
      data("earthquakes.geojson"),
      "--where",
      "type=earthquake",
      "--out",
      out("quakes.csv"),
    );
    const { b, b_error } = run(
      "magnitude-frequency",
      "--catalogue",
      out("quakes.csv"),
      "--completeness",
      "4.5",
      "--out",
      out("law.csv"),
    );
    expect(Math.abs(b - 1)).toBeLessThan(2 * b_error);
  });

  it("a year's moving average takes the seasons out of the CO2 record", () => {
    const cleaned = run("csv-clean", "--input", data("co2-mauna-loa.csv"), "--numeric", "co2", "--out", out("co2.csv"));
    expect(cleaned).toEqual({ rows_kept: 2225, rows_dropped: 59 });
    run("moving-average", "--input", out("co2.csv"), "--column", "co2", "--window", "52", "--out", out("smooth.csv"));
    const smooth = rows("smooth.csv")
      .slice(1)
      .map((row) => Number(row[2]));
    expect(((smooth.at(-1) ?? 0) - (smooth[0] ?? 0)) / 42.5).toBeCloseTo(1.3, 1);
  });

  it("unusable input ends with 1 and says why", () => {
    expect(() =>
      run("csv-clean", "--input", data("nile-flow.csv"), "--numeric", "유량", "--out", out("x.csv")),
    ).toThrow(/no such column: 유량 \(there are: year, volume\)/);
  });
});
