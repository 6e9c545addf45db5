import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { FrameworkContext } from "../context";
import { isOpen, listPeers } from "../hosting/peers";
import { wakeHostedRuns } from "../hosting/wake-hosted-runs";
import { refreshStatus } from "../identity/poll-status";
import { repeat } from "../repeat";
import { lastPart, openParts, partOfPeer, type Restore } from "./restore";
import { selectNewestRestore, updateDone, updateSettled } from "./restores.repo";
import { endUnknown, useUpNames } from "./settle-runtime";
import { settleAgreements, settleRuns } from "./settle-with-hub";
import { settleWithPeer } from "./settle-with-peer";

const everyMs = 1000;

/** One part is read again; what cannot be read now is tried again and keeps no other part waiting. */
async function settlePart(ctx: FrameworkContext, restore: Restore, part: string, work: () => Promise<void>) {
  try {
    await work();
    await updateDone(ctx.db, restore.epoch, part, ctx.now());
    ctx.log.info({ part }, "read again after the restore");
  } catch (error) {
    const reason = error instanceof KrdcError ? error.reason : error;
    ctx.log.warn({ part, reason }, "not read again yet after the restore");
  }
}

async function finish(ctx: FrameworkContext, { epoch }: Restore): Promise<void> {
  const now = ctx.now();
  await ctx.db.transaction(async (db) => {
    await updateSettled(db, epoch, now);
    const entry = { actor: "framework", action: "framework.restore_settled", subject: `framework:${ctx.name}` };
    await recordEntry(db, now, { ...entry, detail: { epoch } });
  });
  ctx.log.info({ epoch }, "the restore is settled");
}

/** Peers come when agreements are there, to which their attempts belong; what nobody named is ended last. */
async function settle(ctx: FrameworkContext): Promise<void> {
  const restore = await selectNewestRestore(ctx.db);
  if (!restore) return;
  const peers = (await listPeers(ctx)).filter(isOpen).map(({ name }) => name);
  const general: Record<string, () => Promise<void>> = {
    runtime: () => useUpNames(ctx, restore),
    revocations: () => refreshStatus(ctx),
    agreements: () => settleAgreements(ctx, restore),
    runs: () => settleRuns(ctx, restore),
  };
  const before = openParts(restore, peers);
  if (before.length === 0) return;
  for (const [part, work] of Object.entries(general)) {
    if (before.includes(part)) await settlePart(ctx, restore, part, work);
  }
  const left = openParts((await selectNewestRestore(ctx.db)) ?? restore, peers);
  if (left.includes("agreements")) return;
  const waiting = peers.filter((peer) => left.includes(partOfPeer(peer)));
  await Promise.all(
    waiting.map((peer) => settlePart(ctx, restore, partOfPeer(peer), () => settleWithPeer(ctx, restore, peer))),
  );
  const fresh = (await selectNewestRestore(ctx.db)) ?? restore;
  const last = openParts(fresh, peers);
  if (!fresh.settledAt && last.join() === lastPart) {
    await settlePart(ctx, restore, lastPart, () => endUnknown(ctx));
    await finish(ctx, restore);
  }
  if (last.length < before.length) await wakeHostedRuns(ctx);
}

/** Reads again what a database forgot that was set back, for as long as anything of it is open. */
export const startSettling = (ctx: FrameworkContext): (() => void) =>
  repeat(ctx, { name: "restore", everyMs, work: () => settle(ctx) });
