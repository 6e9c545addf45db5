import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** `path` is what stands in the request line: with the query, without the origin. */
export type LocalCall = { method: string; path: string; body: string };

export type LocalProofRefusal = "missing" | "malformed" | "wrong_clock" | "wrong_mac" | "replayed";

/** Nonces taken so far and when each may be forgotten (ms since epoch); one map for the life of the server. */
export type SeenNonces = Map<string, number>;

const WINDOW_SECONDS = 60;
const FORM = /^KRDC-Local t=(\d{1,12}),n=([0-9a-f]{16}),mac=([0-9a-f]{64})$/;

/** The `authorization` header by which a command on this machine shows that it can read the home's secret. */
export function signLocalProof(secret: string, call: LocalCall, now: Date): string {
  const time = String(Math.floor(now.getTime() / 1000));
  const nonce = randomBytes(8).toString("hex");
  return `KRDC-Local t=${time},n=${nonce},mac=${macOf(secret, call, time, nonce).toString("hex")}`;
}

/** Says why a proof is not good, or undefined when it is; a good one is good once. */
export function verifyLocalProof(
  secret: string,
  header: string | null | undefined,
  call: LocalCall,
  now: Date,
  seen: SeenNonces,
): LocalProofRefusal | undefined {
  if (!header) return "missing";
  const [, time = "", nonce = "", mac = ""] = FORM.exec(header) ?? [];
  if (!mac) return "malformed";
  if (Math.abs(now.getTime() / 1000 - Number(time)) > WINDOW_SECONDS) return "wrong_clock";
  if (!timingSafeEqual(macOf(secret, call, time, nonce), Buffer.from(mac, "hex"))) return "wrong_mac";
  for (const [old, forgetAt] of seen) if (forgetAt < now.getTime()) seen.delete(old);
  if (seen.has(nonce)) return "replayed";
  seen.set(nonce, now.getTime() + 2 * WINDOW_SECONDS * 1000);
  return undefined;
}

function macOf(secret: string, { method, path, body }: LocalCall, time: string, nonce: string): Buffer {
  const digest = createHash("sha256").update(body).digest("hex");
  return createHmac("sha256", secret).update([method.toUpperCase(), path, time, nonce, digest].join("\n")).digest();
}
