import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * Every file under the given paths of a folder, sorted; paths that do not exist are no files.
 * @param {string} root
 * @param {string[]} paths
 * @param {(path: string) => boolean} isSource told the path relative to root, of folders too
 * @returns {string[]} relative paths
 */
export function listSources(root, paths, isSource) {
  const found = [];
  const visit = (path) => {
    const name = relative(root, path);
    if (!isSource(name)) return;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) found.push(name);
    else for (const entry of readdirSync(path)) visit(join(path, entry));
  };
  for (const path of paths) visit(join(root, path));
  return [...new Set(found)].sort();
}

/**
 * @param {string} root
 * @param {string[]} files
 * @param {string[]} [facts] what else the result depends on, such as the Node version
 * @returns {string} 16 hex digits over names and contents
 */
export function contentHash(root, files, facts = []) {
  const hash = createHash("sha256").update(facts.join("\0"));
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}

/** As contentHash, over times and sizes only: equal means that nothing was written since. */
function quickSignature(root, files, facts = []) {
  const hash = createHash("sha256").update(facts.join("\0"));
  for (const file of files) {
    const stat = statSync(join(root, file));
    hash.update(`\0${file}\0${stat.size}\0${stat.mtimeMs}\0${stat.ino}`);
  }
  return hash.digest("hex");
}

/**
 * The content hash, read from the stamp while no file's time or size has changed.
 * @param {string} root
 * @param {{ files: string[], facts: string[], stampFile: string }} what
 * @returns {string}
 */
export function stampedHash(root, { files, facts, stampFile }) {
  const signature = quickSignature(root, files, facts);
  const stamp = readJson(stampFile);
  if (stamp?.signature === signature) return stamp.hash;
  const hash = contentHash(root, files, facts);
  writeJson(stampFile, { signature, hash });
  return hash;
}

/** @param {string} file */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Written beside and renamed: a reader sees the old content or the new, never a half.
 * @param {string} file
 * @param {unknown} value
 * @param {number} [mode]
 */
export function writeJson(file, value, mode = 0o600) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode });
  renameSync(draft, file);
}
