import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** Lower-case hex SHA-256. */
export const sha256Hex = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

/** JSON in the one form that every party writes alike (RFC 8785). */
export function canonicalJson(data: unknown): string {
  const text = canonicalize(data);
  if (text === undefined) throw new TypeError("this value has no JSON form");
  return text;
}

/** SHA-256 of the canonical JSON, hex. */
export const digestOfJson = (data: unknown) => sha256Hex(canonicalJson(data));

/** Each part of a compact token in the one base64url form of its bytes, so that no token has two spellings. */
export const isCanonicalToken = (token: string) =>
  token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
