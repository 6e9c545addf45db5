import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "../hashing.js";
import { endCommandsOnSignal, runCommand } from "../run-command.js";
import { variants } from "./broken-variants.js";

const LEFT_OUT = /^(node_modules|\.git|\.next|\.build|\.krdc|\.ci)$/;

/** @typedef {import("./broken-variants.js").Variant} Variant */

/**
 * Breaks the house in one way after another, in a copy of it, and expects that a test notices each.
 * @param {{ root: string, only: string[], write: (line: string) => void }} what parts of variants' names; none means all
 * @returns {Promise<{ isGood: boolean }>}
 */
export async function tryBrokenBuilds({ root, only, write }) {
  const wanted = variants.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  const copy = mkdtempSync(join(tmpdir(), "krdc-broken-"));
  try {
    copyHouse(root, copy);
    for (const { name, patches } of wanted) for (const patch of patches) brokenText(copy, name, patch);
    const whole = await runTests(copy, wanted);
    for (const title of whole.failed) write(`unbroken, and yet it fails: ${title}`);
    if (whole.failed.length > 0 || whole.passed.length === 0) return { isGood: false };
    let survivors = 0;
    for (const variant of wanted) {
      const caughtBy = await tryVariant(copy, variant);
      if (caughtBy) write(`caught    ${variant.name}\n          by: ${caughtBy}`);
      else write(`SURVIVED  ${variant.name}\n          ${variant.tests} did not notice`);
      survivors += caughtBy ? 0 : 1;
    }
    write(`\n${wanted.length - survivors} of ${wanted.length} broken builds were noticed`);
    return { isGood: survivors === 0 };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function copyHouse(root, copy) {
  cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.test(relative(root, path)) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
}

/**
 * The file as the patch wants it; throws when the text that it breaks is not there exactly once.
 * @param {string} folder
 * @param {string} name
 * @param {import("./broken-variants.js").Patch} patch
 */
function brokenText(folder, name, { file, old, broken }) {
  const text = readFileSync(join(folder, file), "utf8");
  const count = text.split(old).length - 1;
  if (count !== 1) throw new Error(`"${name}": the text to be broken stands ${count} times in ${file}:\n${old}`);
  return text.replace(old, () => broken);
}

/** @returns {Promise<string | undefined>} the promise that noticed */
async function tryVariant(copy, variant) {
  const files = [...new Set(variant.patches.map(({ file }) => file))];
  const before = files.map((file) => readFileSync(join(copy, file)));
  try {
    for (const patch of variant.patches) writeFileSync(join(copy, patch.file), brokenText(copy, variant.name, patch));
    const { failed } = await runTests(copy, [variant]);
    return failed.find((title) => title.includes(variant.title));
  } finally {
    files.forEach((file, place) => {
      writeFileSync(join(copy, file), before[place]);
    });
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Runs the named promises of some variants; a file that cannot even be loaded names nothing as failed.
 * @param {string} folder
 * @param {Variant[]} wanted
 */
async function runTests(folder, wanted) {
  const report = join(folder, "broken-report.json");
  rmSync(report, { force: true });
  const titles = wanted.map(({ title }) => escaped(title)).join("|");
  const named = [...new Set(wanted.map(({ tests }) => tests))];
  const args = ["run", ...named, "-t", titles, "--bail=1", "--reporter=json", `--outputFile.json=${report}`];
  const env = { ...process.env, NODE_ENV: "test", CI: "1" };
  await runCommand(process.execPath, [join(folder, "node_modules/vitest/vitest.mjs"), ...args], { cwd: folder, env });
  const results = (readJson(report)?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
  const having = (status) => results.filter((one) => one.status === status).map(({ fullName }) => fullName);
  return { passed: having("passed"), failed: having("failed") };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endCommandsOnSignal();
  const write = (line) => console.log(line);
  const { isGood } = await tryBrokenBuilds({ root: resolve("."), only: process.argv.slice(2), write });
  process.exit(isGood ? 0 : 1);
}
