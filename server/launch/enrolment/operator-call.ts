import { createHash } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";

/** A call at a framework's own door in its operator's name: the proof covers method, address, time and body. */
export async function callAsOperator(key: JWK, url: string, body: object, now: Date): Promise<Response> {
  const text = JSON.stringify(body);
  const proof = await new SignJWT({
    htm: "POST",
    htu: url,
    body_sha256: createHash("sha256").update(text).digest("hex"),
  })
    .setProtectedHeader({ alg: "ES256" })
    .setIssuedAt(Math.floor(now.getTime() / 1000))
    .sign(await importJWK(key, "ES256"));
  return fetch(url, {
    method: "POST",
    redirect: "error",
    headers: { authorization: `KRDC-Operator ${proof}`, "content-type": "application/json" },
    body: text,
    signal: AbortSignal.timeout(15_000),
  });
}
