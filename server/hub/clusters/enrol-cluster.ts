import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { enrolmentRequest } from "#server/protocol/framework-api";
import type { PublicKey } from "#server/protocol/keys";
import type { OpenContext } from "../context";
import { mayCall } from "../gateways/may-call";
import { hashOfSecret } from "../members/member";
import type { Cluster } from "./cluster";
import { findByKey, takeJoinToken } from "./clusters.repo";

export type Enrolment = { name: string; state: Cluster["state"] };

/** A cluster joins with its token, once, and the key that proved this call; people approve it afterwards. */
export async function enrolCluster(
  ctx: OpenContext,
  request: z.infer<typeof enrolmentRequest>,
  proven: { key: PublicKey; jkt: string },
): Promise<Enrolment> {
  if (proven.key.x !== request.key.x || proven.key.y !== request.key.y) {
    throw new KrdcError("unauthenticated", "unauthenticated");
  }
  // The same key again is a lost answer, not a second enrolment.
  const known = await findByKey(ctx.db, proven.jkt);
  if (known?.jkt === proven.jkt) return againOf(known, request.name);
  // What somebody announced, or had and lost, is nobody's new key.
  if (known) throw new KrdcError("conflict", "cluster.key_known");
  await mayCall({ cluster: request.name, gateway: request.gateway }, ctx.hub);
  const { name, title, gateway, encryptionKey = null } = request;
  return ctx.db.transaction(async (tx) => {
    const values = { name, title, gateway, encryptionKey, key: proven.key, jkt: proven.jkt };
    const row = await takeJoinToken(tx, hashOfSecret(request.joinToken), values, ctx.now());
    if (!row) throw new KrdcError("forbidden", "cluster.join_token_refused");
    await recordEntry(tx, ctx.now(), { actor: name, action: "cluster.enrol", subject: name });
    return { name: row.name, state: row.state };
  });
}

function againOf(known: Cluster, name: string): Enrolment {
  if (known.name !== name) throw new KrdcError("conflict", "cluster.key_known");
  return { name: known.name, state: known.state };
}
