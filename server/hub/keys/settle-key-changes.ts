import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { afterChange, isChangeDue } from "#server/protocol/key-rules";
import type { Cluster } from "../clusters/cluster";
import type { AnyContext } from "../context";
import { listChanging, lockCluster, updateKeys } from "./keys.repo";

/** Writes down a change whose time has come; who calls with which key goes by the clock already. Call under the row's lock. */
export async function settleKeyChange(ctx: AnyContext, tx: Db, row: Cluster): Promise<Cluster> {
  if (!row.keyChange || !isChangeDue(row, ctx.now())) return row;
  const changed = { ...row, ...afterChange(row) };
  await updateKeys(tx, row.name, changed);
  const detail = { from: row.jkt, to: changed.jkt };
  await recordEntry(tx, ctx.now(), { actor: row.name, action: "cluster.change_key", subject: row.name, detail });
  return changed;
}

/** Every change whose time has come, also of clusters that are silent. */
export async function settleKeyChanges(ctx: AnyContext): Promise<void> {
  for (const { name } of await listChanging(ctx.db)) {
    await ctx.db.transaction(async (tx) => {
      const row = await lockCluster(tx, name);
      if (row) await settleKeyChange(ctx, tx, row);
    });
  }
}
