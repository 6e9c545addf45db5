import type { JWK } from "jose";
import { CompactSign, compactVerify } from "jose";
import { KrdcError } from "#server/errors";
import { canonicalJson, isCanonicalToken } from "./canonical";
import { importSigningKey } from "./keys";

/** Signs a document's canonical JSON; `typ` keeps a signature for one use from serving for another. */
export async function signDocument(key: JWK, typ: string, document: unknown): Promise<string> {
  const alg = key.crv === "Ed25519" ? "EdDSA" : "ES256";
  return new CompactSign(new TextEncoder().encode(canonicalJson(document)))
    .setProtectedHeader({ alg, typ })
    .sign(await importSigningKey(key));
}

/** Verifies type, algorithm and signature and answers the document's JSON; the caller checks its schema and meaning. */
export async function readSignedDocument(key: JWK, typ: string, jws: string): Promise<unknown> {
  const alg = key.crv === "Ed25519" ? "EdDSA" : "ES256";
  try {
    if (!isCanonicalToken(jws)) throw new TypeError("a signature has one spelling");
    const verified = await compactVerify(jws, await importSigningKey(key), { algorithms: [alg] });
    const { typ: found, alg: used, ...rest } = verified.protectedHeader;
    if (found !== typ || used !== alg || Object.keys(rest).length > 0) throw new TypeError("another kind of signature");
    return JSON.parse(new TextDecoder().decode(verified.payload));
  } catch (cause) {
    throw new KrdcError("unauthenticated", "signature.invalid", { cause });
  }
}
