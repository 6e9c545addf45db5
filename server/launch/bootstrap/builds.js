import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeJson } from "./hashing.js";
import { isAlive, thisProcess } from "./process-identity.js";

const KEPT = 3;

/**
 * A finished build's folder; made under another name and renamed, so a half one is never taken for it.
 * @param {string} buildRoot
 * @param {string} name
 * @param {(folder: string) => Promise<void>} fill
 */
export async function makeBuild(buildRoot, name, fill) {
  const draft = join(buildRoot, `.draft-${name}-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    await fill(draft);
    renameSync(draft, join(buildRoot, name));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Notes that this process runs these builds, so that nobody removes them under it.
 * @param {string} buildRoot
 * @param {string} home
 * @param {string[]} builds folder names
 */
export function recordBuildsInUse(buildRoot, home, builds) {
  const name = createHash("sha256").update(home).digest("hex").slice(0, 16);
  writeJson(join(buildRoot, "in-use", `${name}.json`), { home, builds, ...thisProcess() });
}

/**
 * Keeps the newest builds of a kind and every one that a living home runs; call it under the build lock.
 * @param {string} buildRoot
 * @param {string} kind
 */
export function removeOldBuilds(buildRoot, kind) {
  const inUse = buildsInUse(buildRoot);
  const builds = readdirSync(buildRoot)
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => ({ name, time: statSync(join(buildRoot, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of builds.slice(KEPT)) {
    if (!inUse.has(name)) rmSync(join(buildRoot, name), { recursive: true, force: true });
  }
  removeDeadDrafts(buildRoot);
}

function buildsInUse(buildRoot) {
  const folder = join(buildRoot, "in-use");
  const names = new Set();
  if (!existsSync(folder)) return names;
  for (const file of readdirSync(folder)) {
    const use = readJson(join(folder, file));
    if (use && isAlive(use)) for (const name of use.builds) names.add(name);
    else rmSync(join(folder, file), { force: true });
  }
  return names;
}

function removeDeadDrafts(buildRoot) {
  for (const name of readdirSync(buildRoot)) {
    if (name.startsWith(".draft-")) rmSync(join(buildRoot, name), { recursive: true, force: true });
  }
}
