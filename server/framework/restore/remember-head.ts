import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { findHead } from "#server/audit/find-head";
import { sha256Hex } from "#server/graph/app";
import type { FrameworkContext } from "../context";
import { isLost, noticeRestore } from "./notice-restore";
import { epochOf } from "./standing";

const head = z.strictObject({ epoch: z.int(), position: z.int().min(1), hash: sha256Hex });
/** The newest place of our audit chain that this cluster remembers beside its database. */
type RememberedHead = z.infer<typeof head>;

const fileIn = (folder: string) => join(folder, "audit-head.json");

/** Undefined before the first decision. A file that is no such head is not guessed about. */
async function readHead(folder: string): Promise<RememberedHead | undefined> {
  const text = await readFile(fileIn(folder), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : head.parse(JSON.parse(text));
}

/** A reader sees the old head or the new one, also after a power cut. */
async function writeHead(folder: string, remembered: RememberedHead): Promise<void> {
  const draft = `${fileIn(folder)}.new`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(remembered));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, fileIn(folder));
}

/**
 * Compares the database with what the cluster remembers beside it, and then remembers the newest place of our chain.
 * At the start before anything begins, and again and again: a database can be set back under a framework that runs.
 */
export async function rememberHead(ctx: FrameworkContext): Promise<void> {
  const remembered = await readHead(ctx.folder);
  if (remembered && (await isLost(ctx, remembered))) await noticeRestore(ctx, { by: "file", ...remembered });
  const [head, epoch] = [await findHead(ctx.db), await epochOf(ctx)];
  const isSame = head?.position === remembered?.position && head?.hash === remembered?.hash;
  if (head && !(isSame && epoch === remembered?.epoch)) await writeHead(ctx.folder, { ...head, epoch });
}
