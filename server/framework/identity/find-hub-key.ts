import type { JWK } from "jose";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { thumbprintOf } from "#server/protocol/keys";

const jwks = z.object({
  keys: z.array(z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), kid: z.string() })).max(10),
});

/** The hub's signing key: whatever the hub says, only the one with the thumbprint from our own configuration. */
export async function findHubKey(hubUrl: string, thumbprint: string): Promise<JWK> {
  let answer: Response;
  try {
    answer = await fetch(`${hubUrl}/api/hub/v1/jwks`, { signal: AbortSignal.timeout(5000), redirect: "error" });
  } catch (cause) {
    throw new KrdcError("unavailable", "hub_unavailable", { cause });
  }
  if (!answer.ok) throw new KrdcError("unavailable", "hub_unavailable");
  for (const { kty, crv, x, kid } of jwks.parse(await answer.json()).keys) {
    if ((await thumbprintOf({ kty, crv, x })) === thumbprint) return { kty, crv, x, kid };
  }
  throw new KrdcError("forbidden", "hub.unknown_key");
}
