import { exportJWK, generateKeyPair } from "jose";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { type HubSuccession, hubSuccession, hubSuccessionType } from "#server/protocol/key-change";
import { thumbprintOf } from "#server/protocol/keys";
import { signDocument } from "#server/protocol/signed-document";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { type HubKeysFile, type HubPrivateKey, readHubKeys, writeHubKeys } from "./hub-keys-file";
import { lockHubKeys } from "./keys.repo";

export type HubKeyChange = { kid: string; replaces: string; effectiveAt: string };

async function makeKey(): Promise<HubPrivateKey> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { x, d } = await exportJWK(pair.privateKey);
  const key = { kty: "OKP" as const, crv: "Ed25519" as const, x: String(x) };
  return { ...key, kid: await thumbprintOf(key), d: String(d) };
}

function successionOf(ctx: HubContext, replaces: string, key: HubPrivateKey): HubSuccession {
  const now = ctx.now();
  return {
    schema: "krdc.hub-succession/v1",
    hub: ctx.hub.url,
    replaces,
    key: hubSuccession.shape.key.parse({ kty: key.kty, crv: key.crv, x: key.x, kid: key.kid }),
    announcedAt: now.toISOString(),
    effectiveAt: new Date(now.getTime() + ctx.hub.keyNoticeMs).toISOString(),
  };
}

/** The private half of a key whose successor has signed for longer than any token lives signs nothing any more. */
function forgotten({ first, later }: HubKeysFile, ctx: HubContext): HubKeysFile {
  const end = ctx.now().getTime() - ctx.hub.keyTiming.keyOverlapMs;
  const isOver = (at: number) => Date.parse(later[at + 1]?.effectiveAt ?? "9999-01-01") < end;
  return { first, later: later.map((one, at) => (isOver(at) ? { ...one, d: undefined } : one)) };
}

/**
 * Makes the hub's next key and publishes it, signed by the present one; from its time on it signs. Asked again before
 * that, it tells of the one that is on its way.
 */
export async function rotateHubKey(ctx: HubContext): Promise<HubKeyChange> {
  if (!may(ctx.user, "hub.rotate_key")) throw new KrdcError("forbidden", "hub.rotate_forbidden");
  const folder = ctx.hub.keysFolder;
  const first = ctx.hub.chain[0]?.key.kid;
  if (folder === undefined || first === undefined) throw new KrdcError("conflict", "hub.keys_folder_missing");
  return ctx.db.transaction(async (tx) => {
    await lockHubKeys(tx);
    const kept = readHubKeys(folder, first);
    const newest = kept.later.at(-1);
    const replaces = newest?.key.kid ?? first;
    if (newest && Date.parse(newest.effectiveAt) > ctx.now().getTime()) {
      const before = kept.later.at(-2)?.key.kid ?? first;
      return { kid: newest.key.kid, replaces: before, effectiveAt: newest.effectiveAt };
    }
    const signs = newest?.d === undefined ? ctx.hub.signingKey : { ...newest.key, d: newest.d };
    const key = await makeKey();
    const document = successionOf(ctx, replaces, key);
    const succession = await signDocument(signs, hubSuccessionType, document);
    const { effectiveAt } = document;
    const change = { kid: key.kid, replaces, effectiveAt };
    await recordEntry(tx, ctx.now(), {
      actor: ctx.user.account,
      action: "hub.rotate_key",
      subject: key.kid,
      detail: change,
    });
    const added = { key: document.key, d: key.d, effectiveAt, succession };
    // Last in the transaction: a key that nobody noted is never published.
    await writeHubKeys(folder, forgotten({ first, later: [...kept.later, added] }, ctx));
    return change;
  });
}
