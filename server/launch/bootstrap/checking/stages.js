import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJson } from "../hashing.js";
import { runCommand } from "../run-command.js";
import { checkWalls } from "./walls.js";

/**
 * @typedef {{ passed: number, failed: number }} Count
 * @typedef {{ root: string, env: NodeJS.ProcessEnv, write: (line: string) => void }} Place
 * @typedef {{ name: string, run: (place: Place) => Promise<Count> }} Stage
 */

/** Everything that one command checks, in order; the cheap ones first. @type {Stage[]} */
export const stages = [
  check("biome", ["@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]),
  check("tsc", ["typescript/bin/tsc", "--noEmit"]),
  walls(),
  check("knip", ["knip/bin/knip.js"]),
  tests("vitest", []),
  tests("stories", ["--config", "vitest.e2e.config.ts", "--project", "stories"]),
  tests("lab", ["--config", "vitest.e2e.config.ts", "--project", "lab"]),
];

/**
 * Sums a test report; a file that could not be loaded and an error outside any test count as failures.
 * @param {{ success?: boolean, numPassedTests?: number, numFailedTests?: number, testResults?: { status: string, assertionResults: { status: string }[] }[] } | undefined} report
 * @returns {Count}
 */
export function countOf(report) {
  if (!report) return { passed: 0, failed: 1 };
  const broken = (report.testResults ?? []).filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((one) => one.status === "failed"),
  );
  const passed = report.numPassedTests ?? 0;
  const failed = (report.numFailedTests ?? 0) + broken.length;
  return { passed, failed: failed === 0 && report.success !== true ? 1 : failed };
}

function check(name, [program, ...args]) {
  return {
    name,
    async run({ root, env, write }) {
      const lines = [];
      const { code } = await runCommand(process.execPath, [join(root, "node_modules", program), ...args], {
        cwd: root,
        env,
        onLine: (line) => lines.push(line),
      });
      return verdict(code === 0, lines, write);
    },
  };
}

function walls() {
  return {
    name: "walls",
    async run({ root, write }) {
      const { isGood, output } = await checkWalls(root);
      return verdict(isGood, output.split("\n"), write);
    },
  };
}

function verdict(isGood, lines, write) {
  if (!isGood) for (const line of lines.slice(-200)) write(line);
  return isGood ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function tests(name, args) {
  return {
    name,
    async run({ root, env, write }) {
      const folder = mkdtempSync(join(tmpdir(), "krdc-report-"));
      const file = join(folder, "report.json");
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
      const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run", ...args, ...reporters];
      try {
        const { code } = await runCommand(process.execPath, vitest, { cwd: root, env, onLine: write });
        const count = countOf(readJson(file));
        return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
