import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import { keyAnnouncement, readKeyAnnouncement, type SignedKeyAnnouncement } from "#server/protocol/key-change";
import { refusalOfAnnouncement } from "#server/protocol/key-rules";
import { fingerprintOf, type PublicKey, thumbprintOf } from "#server/protocol/keys";
import { claimedIn } from "#server/protocol/signed-document";
import type { Cluster } from "../clusters/cluster";
import type { ClusterContext } from "../context";
import { isKnownKey, lockCluster, updateKeys } from "./keys.repo";
import { settleKeyChange } from "./settle-key-changes";

/** The hub's view of a cluster's own announcement. */
export type HeardKeyChange = { jkt: string; isForbidden: boolean };

const isSame = (one: SignedKeyAnnouncement | undefined | null, other: SignedKeyAnnouncement) =>
  one?.byPresentKey === other.byPresentKey;

/** What became of an announcement that we know; undefined for news. */
function knownOf({ keyChange, formerKeys, jkt }: Cluster, signed: SignedKeyAnnouncement): HeardKeyChange | undefined {
  if (keyChange && isSame(keyChange, signed)) {
    return { jkt: keyChange.jkt, isForbidden: keyChange.forbiddenBy !== null };
  }
  const at = formerKeys.findIndex(({ change }) => isSame(change, signed));
  const next = formerKeys[at + 1]?.jkt ?? jkt;
  return at < 0 || next === null ? undefined : { jkt: next, isForbidden: false };
}

async function readBy(key: PublicKey | null, signed: SignedKeyAnnouncement) {
  try {
    if (!key) throw new TypeError("a cluster without a key announces none");
    return await readKeyAnnouncement(key, signed);
  } catch (cause) {
    throw new KrdcError("unauthenticated", "signature.invalid", { cause });
  }
}

/** Only the cluster's present key together with the next one makes an announcement; neither its caller nor the hub can. */
async function note(ctx: ClusterContext, tx: Db, row: Cluster, signed: SignedKeyAnnouncement): Promise<HeardKeyChange> {
  const said = await readBy(row.key, signed);
  const jkt = await thumbprintOf(said.key);
  // Whoever hears it first must hear it in time: nobody could forbid what begins at once.
  const announced = { said, jkt, cluster: row.name, record: row, heardAt: ctx.now(), now: ctx.now() };
  const isTaken = await isKnownKey(tx, jkt, row.name);
  const refusal = isTaken ? "cluster.key_known" : refusalOfAnnouncement(announced, ctx.hub.keyTiming);
  if (refusal) throw new KrdcError("forbidden", refusal);
  await updateKeys(tx, row.name, { ...row, keyChange: { ...signed, announcement: said, jkt, forbiddenBy: null } });
  const { announcedAt, effectiveAt } = said;
  const detail = { jkt, fingerprint: fingerprintOf(said.key).join(" · "), announcedAt, effectiveAt };
  await recordEntry(tx, ctx.now(), { actor: row.name, action: "cluster.announce_key", subject: row.name, detail });
  return { jkt, isForbidden: false };
}

/** What is refused is withdrawn by its owner, who may announce another. */
async function refusedOf(signed: SignedKeyAnnouncement): Promise<HeardKeyChange | undefined> {
  const claimed = keyAnnouncement.safeParse(claimedIn(signed.byPresentKey));
  return claimed.success ? { jkt: await thumbprintOf(claimed.data.key), isForbidden: true } : undefined;
}

/** A cluster announces its next key with each heartbeat until it has changed; a bad announcement costs no heartbeat. */
export async function noteKeyChange(
  ctx: ClusterContext,
  signed: SignedKeyAnnouncement | undefined,
): Promise<HeardKeyChange | undefined> {
  if (!signed) return undefined;
  try {
    return await ctx.db.transaction(async (tx) => {
      const locked = await lockCluster(tx, ctx.user.name);
      if (!locked) return undefined;
      const row = await settleKeyChange(ctx, tx, locked);
      return knownOf(row, signed) ?? (await note(ctx, tx, row, signed));
    });
  } catch (error) {
    if (!(error instanceof KrdcError)) throw error;
    ctx.log.warn({ cluster: ctx.user.name, reason: error.reason }, "an announced key is refused");
    return refusedOf(signed);
  }
}
