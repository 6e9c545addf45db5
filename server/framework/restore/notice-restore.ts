import { continueChain } from "#server/audit/continue-chain";
import { holdChain } from "#server/audit/hold-chain";
import { listHashes } from "#server/audit/list-hashes";
import { type FrameworkContext, within } from "../context";
import { type Evidence, evidenceOf } from "./restore";
import { insertRestore, selectLastMemory, selectNewestRestore } from "./restores.repo";

type Shown = Pick<Evidence, "by" | "position" | "hash"> & { epoch?: number };

/** Whether our chain once had a place that this database does not have, and no restore that we know of explains it. */
export async function isLost(
  ctx: Pick<FrameworkContext, "db">,
  { position, hash }: { position: number; hash: string },
): Promise<boolean> {
  const [known] = await listHashes(ctx.db, [position]);
  if (known?.hash === hash) return false;
  const last = await selectNewestRestore(ctx.db);
  return last === undefined || evidenceOf(last).position < position;
}

/** By the clock, so that it rises also where the same backup is put back twice. */
const nextEpoch = (now: Date, ...known: number[]) =>
  Math.max(Math.floor(now.getTime() / 1000), ...known.map((epoch) => epoch + 1));

/**
 * What is dated later may have been written since the database was set back. Where others had to show it, the file was
 * set back too and finds everything in place: then nothing that this process wrote counts.
 */
const lastCertain = ({ past }: FrameworkContext, by: string): Date =>
  (by === "file" ? past.inPlaceAt : undefined) ?? past.beganAt;

/**
 * Writes down that this database is older than what happened, if nobody has yet: from here on nothing begins until what
 * was lost has been read again. The chain goes on behind the place that it had reached, so that the lost entries are missing
 * and nothing else is wrong.
 */
export async function noticeRestore(ctx: FrameworkContext, { by, position, hash, epoch = 1 }: Shown): Promise<void> {
  const now = ctx.now();
  const isNews = await ctx.db.transaction(async (db) => {
    await holdChain(db);
    if (!(await isLost(within(ctx, db), { position, hash }))) return false;
    const evidence: Evidence = {
      by,
      position,
      hash,
      since: (await selectLastMemory(db, lastCertain(ctx, by))).toISOString(),
      done: {},
      left: [],
    };
    const next = nextEpoch(now, epoch, (await selectNewestRestore(db))?.epoch ?? 1);
    const detail = { position, hash, epoch: next };
    const entry = { actor: by, action: "framework.restored", subject: `framework:${ctx.name}`, detail };
    await continueChain(db, now, entry, { position, hash });
    await insertRestore(db, { epoch: next, noticedAt: now, evidence });
    return true;
  });
  if (isNews)
    ctx.log.error({ by, position }, "the database is older than what happened: nothing begins until that is settled");
}
