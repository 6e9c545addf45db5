import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { z } from "zod";

/** The provider's tokens of one sign-in; they never leave the portal. */
const tokens = z.object({
  idToken: z.string().optional(),
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
  expiresAt: z.number().optional(),
});
export type Tokens = z.infer<typeof tokens>;

const cut = (sealed: Buffer) => ({
  iv: sealed.subarray(0, 12),
  tag: sealed.subarray(12, 28),
  body: sealed.subarray(28),
});

/** AES-256-GCM; `key` is 32 bytes as base64url. */
export function sealTokens(key: string, plain: Tokens): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key, "base64url"), iv);
  const body = Buffer.concat([cipher.update(JSON.stringify(plain), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url");
}

/** Undefined when it was sealed with another key or changed since. */
export function openTokens(key: string, sealed: string): Tokens | undefined {
  try {
    const { iv, tag, body } = cut(Buffer.from(sealed, "base64url"));
    const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key, "base64url"), iv);
    decipher.setAuthTag(tag);
    return tokens.parse(JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8")));
  } catch {
    return undefined;
  }
}
