import { createHash } from "node:crypto";
import { z } from "zod";
import { clockOf } from "#server/clock";
import { hubEnv } from "#server/env";
import type { Hub } from "#server/hub/context";
import { publicKey } from "#server/protocol/keys";

const signingKey = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), d: z.string() });
const portalKey = publicKey.extend({ d: z.string() });

/** RFC 7638, computed at once because contexts are made at once. */
function thumbprint({ crv, kty, x }: z.infer<typeof signingKey>): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
}

let made: Hub | undefined;

/** The hub's own names and keys from its environment, read once. */
export function theHub(): Hub {
  if (made) return made;
  const env = hubEnv();
  const signing = signingKey.parse(env.HUB_SIGNING_KEY);
  const { kty, crv, x, y, d } = z.object(portalKey.shape).parse(env.PORTAL_KEY);
  made = {
    url: env.KRDC_HUB_URL.replace(/\/$/, ""),
    signingKey: { ...signing, kid: thumbprint(signing) },
    portalKey: { kty, crv, x, y, d },
    allowedOrigins: env.KRDC_ALLOWED_ORIGINS.split(",")
      .map((origin) => origin.trim())
      .filter(Boolean),
    allowedNetworks: env.KRDC_ALLOW_NETWORKS,
  };
  return made;
}

let clock: { now: () => Date } | undefined;

/** The time as the hub reads it. */
export function hubNow(): Date {
  clock ??= clockOf(hubEnv().KRDC_CLOCK);
  return clock.now();
}
