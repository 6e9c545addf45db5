import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { isTooLateToForbid } from "#server/protocol/key-rules";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { lockCluster, updateKeys } from "./keys.repo";

/** An announced key that nobody in the cluster knows of is forbidden in time: the present one counts until it is suspended. */
export async function forbidKeyChange(ctx: HubContext, { name }: { name: string }): Promise<{ jkt: string }> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockCluster(tx, name);
    if (!row) throw new KrdcError("not_found", "cluster.not_found");
    if (!may(ctx.user, "cluster.forbid_key_change", { cluster: name })) {
      throw new KrdcError("forbidden", "cluster.suspend_forbidden");
    }
    const { keyChange } = row;
    if (!keyChange) throw new KrdcError("not_found", "key_change.none");
    if (keyChange.forbiddenBy !== null) return { jkt: keyChange.jkt };
    if (isTooLateToForbid(keyChange, ctx.now(), ctx.hub.keyTiming))
      throw new KrdcError("conflict", "key_change.too_late");
    await updateKeys(tx, name, { ...row, keyChange: { ...keyChange, forbiddenBy: ctx.user.account } });
    const detail = { jkt: keyChange.jkt };
    await recordEntry(tx, ctx.now(), { actor: ctx.user.account, action: "cluster.forbid_key", subject: name, detail });
    return { jkt: keyChange.jkt };
  });
}
