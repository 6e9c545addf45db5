import { join } from "node:path";
import { z } from "zod";
import { findHead } from "#server/audit/find-head";
import { sha256Hex } from "#server/graph/app";
import { readIfThere, writeDurably } from "#server/write-durably";
import type { FrameworkContext } from "../context";
import { isLost, noticeRestore } from "./notice-restore";
import { epochOf } from "./standing";

const head = z.strictObject({ epoch: z.int(), position: z.int().min(1), hash: sha256Hex });
/** The newest place of our audit chain that this cluster remembers beside its database. */
type RememberedHead = z.infer<typeof head>;

const fileIn = (folder: string) => join(folder, "audit-head.json");

/** Undefined before the first decision. A file that cannot be read is not guessed about: the witnesses are asked all the same. */
async function readHead({ folder, log }: FrameworkContext): Promise<RememberedHead | undefined> {
  const text = await readIfThere(fileIn(folder));
  if (text === undefined) return undefined;
  try {
    return head.parse(JSON.parse(text));
  } catch (error) {
    log.error({ file: fileIn(folder), error }, "the remembered head of the audit chain cannot be read");
    return undefined;
  }
}

/**
 * Compares the database with what the cluster remembers beside it, and then remembers the newest place of our chain.
 * At the start before anything begins, and again and again: a database can be set back under a framework that runs.
 */
export async function rememberHead(ctx: FrameworkContext): Promise<void> {
  const lookedAt = ctx.now();
  const remembered = await readHead(ctx);
  if (remembered && (await isLost(ctx, remembered))) await noticeRestore(ctx, { by: "file", ...remembered });
  else if (remembered) ctx.past.inPlaceAt = lookedAt;
  const [head, epoch] = [await findHead(ctx.db), await epochOf(ctx)];
  const isSame = head?.position === remembered?.position && head?.hash === remembered?.hash;
  if (head && !(isSame && epoch === remembered?.epoch))
    await writeDurably(fileIn(ctx.folder), JSON.stringify({ ...head, epoch } satisfies RememberedHead));
}
