import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { extract, list, type ReadEntry } from "tar";
import { KrdcError } from "#server/errors";
import { digestOfJson, sha256Hex } from "#server/protocol/canonical";

const limits = { entries: 5000, bytes: 200 * 1024 * 1024, ratio: 200 };

const refuse = (code: string, detail: Record<string, unknown> = {}) => new KrdcError("unprocessable", code, { detail });

function problemOf(entry: ReadEntry): string | undefined {
  if (entry.type !== "File" && entry.type !== "OldFile" && entry.type !== "Directory") return "archive.not_a_file";
  const parts = entry.path.split("/");
  if (entry.path.startsWith("/") || parts.includes("..") || /[\0\\]/.test(entry.path)) return "archive.escapes";
  return undefined;
}

/** The path as the file system takes it: without empty and `.` parts. */
const placeOf = (path: string) => path.split("/").filter((part) => part !== "" && part !== ".");

/** Notes each place once: a second file there, or one below a file, would be unpacked differently by different readers. */
function isTakenTwice(entry: ReadEntry, taken: Map<string, "file" | "folder">): boolean {
  const parts = placeOf(entry.path);
  const kind = entry.type === "Directory" ? "folder" : "file";
  for (let depth = 1; depth < parts.length; depth += 1) {
    const above = parts.slice(0, depth).join("/");
    if (taken.get(above) === "file") return true;
    taken.set(above, "folder");
  }
  const place = parts.join("/");
  const before = taken.get(place);
  taken.set(place, kind);
  return before !== undefined && (before === "file" || kind === "file");
}

/** Unpacks an app's sources: files and folders only, inside the folder only, bounded in count, size and ratio. */
export async function unpackSource(archive: string, folder: string, packedBytes: number): Promise<void> {
  let entries = 0;
  let files = 0;
  let bytes = 0;
  const taken = new Map<string, "file" | "folder">();
  let problem: KrdcError | undefined;
  const check = (entry: ReadEntry) => {
    entries += 1;
    if (entry.type !== "Directory") files += 1;
    bytes += entry.size;
    const code = problemOf(entry);
    if (code) problem ??= refuse(code, { name: entry.path.slice(0, 200) });
    if (!problem && isTakenTwice(entry, taken))
      problem = refuse("archive.duplicate", { name: entry.path.slice(0, 200) });
    const isTooMuch =
      entries > limits.entries || bytes > limits.bytes || bytes > limits.ratio * Math.max(packedBytes, 10_000);
    if (isTooMuch) problem ??= refuse("archive.too_large", { entries: limits.entries, bytes: limits.bytes });
  };
  try {
    await list({ file: archive, onReadEntry: check, strict: true, maxDecompressionRatio: limits.ratio * 10 });
  } catch (cause) {
    throw problem ?? new KrdcError("unprocessable", "archive.unreadable", { cause });
  }
  if (problem) throw problem;
  if (files === 0) throw refuse("archive.empty");
  await extract({ file: archive, cwd: folder, strict: true, preserveOwner: false, noMtime: true });
}

export type TreeFile = { path: string; sha256: string; isExecutable: boolean };

/** The content of a folder as a list in a stable order; `skip` leaves out what differs between equal builds. */
export async function listTree(folder: string, skip: (path: string) => boolean, below = ""): Promise<TreeFile[]> {
  const names = (await readdir(join(folder, below)).catch(() => [])).sort();
  const found: TreeFile[] = [];
  for (const name of names) {
    const path = below ? `${below}/${name}` : name;
    if (skip(path)) continue;
    const facts = await lstat(join(folder, path));
    if (facts.isDirectory()) found.push(...(await listTree(folder, skip, path)));
    else if (facts.isFile()) {
      const sha256 = sha256Hex(await readFile(join(folder, path)));
      found.push({ path, sha256, isExecutable: (facts.mode & 0o111) !== 0 });
    }
  }
  return found;
}

export const digestOfTree = (tree: TreeFile[]) => digestOfJson(tree);
