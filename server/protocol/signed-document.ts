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

/** What a signed document claims, before any signature was looked at: good for finding the key that must verify it. */
export function claimedIn(jws: string): unknown {
  try {
    return JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString());
  } catch {
    return undefined;
  }
}

type Dated = { jws: string; datedAt: (document: unknown) => string };

function isFromBefore(until: Date | undefined, document: unknown, { datedAt }: Dated): boolean {
  if (until === undefined) return true;
  try {
    return Date.parse(datedAt(document)) <= until.getTime();
  } catch {
    return false;
  }
}

/** The same for a signer who changed keys: a former key counts only for what is dated before its end. */
export async function readDatedDocument(
  keys: readonly { key: JWK; until: Date | undefined }[],
  typ: string,
  signed: Dated,
): Promise<unknown> {
  for (const { key, until } of keys) {
    const document = await readSignedDocument(key, typ, signed.jws).catch(() => undefined);
    if (document !== undefined && isFromBefore(until, document, signed)) return document;
  }
  throw new KrdcError("unauthenticated", "signature.invalid");
}
