import { KrdcError } from "#server/errors";
import { type HubPublicKey, hubKeySet } from "#server/protocol/key-change";
import { thumbprintOf } from "#server/protocol/keys";

export type PublishedHubKeys = { first: HubPublicKey; successions: string[] };

/** What the hub publishes of its keys; nothing of it is trusted but the key with the thumbprint of our own configuration. */
export async function findHubKeys(hubUrl: string, thumbprint: string): Promise<PublishedHubKeys> {
  let answer: Response;
  try {
    answer = await fetch(`${hubUrl}/api/hub/v1/jwks`, { signal: AbortSignal.timeout(5000), redirect: "error" });
  } catch (cause) {
    throw new KrdcError("unavailable", "hub_unavailable", { cause });
  }
  if (!answer.ok) throw new KrdcError("unavailable", "hub_unavailable");
  const { keys, formerKeys, successions } = hubKeySet.parse(await answer.json());
  for (const { kty, crv, x, kid } of [...keys, ...formerKeys]) {
    if ((await thumbprintOf({ kty, crv, x })) === thumbprint) return { first: { kty, crv, x, kid }, successions };
  }
  throw new KrdcError("forbidden", "hub.unknown_key");
}
