import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ownPostgres } from "../setup/own-postgres";
import type { Place } from "./house";
import { measureAcceptedRuns } from "./p4-accepted-runs";
import { measureStatusLag } from "./p7-status-lag";
import { measureGrants } from "./p9-grants";
import { changesSince, type Figure, type Machine, type Report, summaryOf, tableOf } from "./summary";

const figures: Record<string, (place: Place) => Promise<Figure>> = {
  P4: measureAcceptedRuns,
  P7: measureStatusLag,
  P9: measureGrants,
};

const usage = `npm run bench -- [${Object.keys(figures).join("|")} …] [--json] [--compare FILE]`;

function readWish() {
  try {
    const options = { json: { type: "boolean", default: false }, compare: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.filter((name) => !Object.hasOwn(figures, name));
    if (unknown.length > 0) throw new Error(`no figure ${unknown.join(" ")}`);
    const from = process.env.INIT_CWD ?? process.cwd();
    const earlier = values.compare && (JSON.parse(readFileSync(resolve(from, values.compare), "utf8")) as Report);
    return { names: positionals.length > 0 ? positionals : Object.keys(figures), isJson: values.json, earlier };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
    process.exit(2);
  }
}

const machine = (): Machine => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? "",
  memoryBytes: totalmem(),
  node: process.versions.node,
});

/** Each figure has a Postgres of its own, so that none pays for the rows of another. */
async function measure(name: string): Promise<Figure | undefined> {
  const postgres = await ownPostgres("bench", "track_commit_timestamp=on");
  try {
    return await figures[name]?.(postgres);
  } finally {
    await postgres.end();
  }
}

async function measureNamed(names: string[], note: (text: string) => void): Promise<Report> {
  const report: Report = { schema: "krdc.bench/v1", machine: machine(), figures: [], failed: [] };
  for (const name of names) {
    try {
      const figure = await measure(name);
      if (figure) report.figures.push(figure);
      if (figure) note(`${tableOf(figure)}\n`);
    } catch (error) {
      report.failed.push(name);
      process.stderr.write(`${name} was not measured: ${error instanceof Error ? error.stack : error}\n`);
    }
  }
  return report;
}

async function main(): Promise<void> {
  const { names, isJson, earlier } = readWish();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
  const note = (text: string) => (isJson ? process.stderr : process.stdout).write(`${text}\n`);
  const report = await measureNamed(names, note);
  if (earlier) for (const change of changesSince(report, earlier)) note(change);
  process.stdout.write(`${isJson ? JSON.stringify(report) : summaryOf(report)}\n`);
  process.exit(report.failed.length > 0 ? 1 : 0);
}

const [flag, role] = process.argv.slice(2);
if (flag === "--service") {
  // The hub's modules read an environment that only its own process has.
  if (role === "hub") await (await import("./hub-service")).serveHub();
  else (await import("./framework-service")).serveFramework();
} else await main();
