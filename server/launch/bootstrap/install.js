import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.js";
import { Refusal, words } from "./words.js";

const stampOf = (root) => join(root, "node_modules/.krdc-lock");

/** @param {string} root */
export function isInstalled(root) {
  return existsSync(stampOf(root)) && readFileSync(stampOf(root), "utf8").trim() === lockDigest(root);
}

/** Exactly what the lock names. No package of ours needs its install script. @param {string} root */
export async function installPackages(root) {
  const program = process.env.npm_execpath;
  const [command, first] = program?.endsWith(".js") ? [process.execPath, [program]] : ["npm", []];
  const args = [...first, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  const lines = [];
  const { code } = await runCommand(command, args, { cwd: root, onLine: (line) => lines.push(line) });
  if (code !== 0) throw new Refusal(words.install(), worthReading(lines));
  writeFileSync(stampOf(root), lockDigest(root));
}

/** npm says first what is wrong and then all its options. */
function worthReading(lines) {
  const errors = lines.filter((line) => /^npm error \S/.test(line));
  return (errors.length > 0 ? errors.slice(0, 12) : lines.slice(-12)).join("\n");
}

function lockDigest(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}
