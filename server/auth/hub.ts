import { createHash } from "node:crypto";
import { z } from "zod";
import { clockOf } from "#server/clock";
import { hubEnv } from "#server/env";
import type { Hub } from "#server/hub/context";
import {
  type HubKeysFile,
  type HubKeysNow,
  type HubPrivateKey,
  hubKeysAt,
  readHubKeys,
  versionOf,
} from "#server/hub/keys/hub-keys-file";
import { hubNoticeMs, keyTimingOf } from "#server/protocol/key-rules";
import { publicKey } from "#server/protocol/keys";

const signingKey = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), d: z.string() });
const portalKey = publicKey.extend({ d: z.string() });

/** RFC 7638, computed at once because contexts are made at once. */
function thumbprint({ crv, kty, x }: z.infer<typeof signingKey>): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
}

type FixedHub = Omit<Hub, keyof HubKeysNow> & { first: HubPrivateKey };

let made: FixedHub | undefined;

/** The hub's own names and first key from its environment, read once. */
function fixedHub(): FixedHub {
  if (made) return made;
  const env = hubEnv();
  const signing = signingKey.parse(env.HUB_SIGNING_KEY);
  const { scale } = clockOf(env.KRDC_CLOCK);
  const { kty, crv, x, y, d } = z.object(portalKey.shape).parse(env.PORTAL_KEY);
  made = {
    url: env.KRDC_HUB_URL.replace(/\/$/, ""),
    first: { ...signing, kid: thumbprint(signing) },
    keysFolder: env.HUB_KEYS_FOLDER,
    keyTiming: keyTimingOf(scale),
    keyNoticeMs: hubNoticeMs(scale),
    portalKey: { kty, crv, x, y, d },
    allowedOrigins: env.KRDC_ALLOWED_ORIGINS.split(",")
      .map((origin) => origin.trim())
      .filter(Boolean),
    allowedNetworks: env.KRDC_ALLOW_NETWORKS,
  };
  return made;
}

let kept: { version: string; file: HubKeysFile } | undefined;

/** The hub with the key that signs now; another process of the portal may have announced one since the last call. */
export function theHub(): Hub {
  const { first, ...fixed } = fixedHub();
  const version = versionOf(fixed.keysFolder);
  if (kept?.version !== version) kept = { version, file: readHubKeys(fixed.keysFolder, first.kid) };
  return { ...fixed, ...hubKeysAt(first, kept.file, hubNow()) };
}

let clock: { now: () => Date } | undefined;

/** The time as the hub reads it. */
export function hubNow(): Date {
  clock ??= clockOf(hubEnv().KRDC_CLOCK);
  return clock.now();
}
