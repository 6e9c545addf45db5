import { CompactEncrypt, compactDecrypt, importJWK } from "jose";
import { KrdcError } from "#server/errors";
import { isCanonicalToken } from "./canonical";
import type { DatedKey } from "./key-rules";
import type { PrivateKey, PublicKey } from "./keys";
import { proofSkewSeconds } from "./proof";
import { type Letter, letter, letterType, type SealedLetter } from "./reach";
import { readDatedDocument, signDocument } from "./signed-document";

/** Signed by its sender, then sealed to its recipient: who carries it sees neither. */
export async function sealLetter(letter: Letter, by: PrivateKey, to: PublicKey): Promise<SealedLetter> {
  const signed = await signDocument(by, letterType, letter);
  const sealed = await new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader({ alg: "ECDH-ES+A256KW", enc: "A256GCM" })
    .encrypt(await importJWK(to, "ECDH-ES+A256KW"));
  return { id: letter.id, from: letter.from, to: letter.to, sealed };
}

type Reader = { name: string; encryptionKey: PrivateKey; now: Date };

async function unseal({ sealed }: SealedLetter, key: PrivateKey): Promise<string> {
  if (!isCanonicalToken(sealed)) throw new TypeError("a seal has one spelling");
  const opened = await compactDecrypt(sealed, await importJWK(key, "ECDH-ES+A256KW"), {
    keyManagementAlgorithms: ["ECDH-ES+A256KW"],
    contentEncryptionAlgorithms: ["A256GCM"],
  });
  return new TextDecoder().decode(opened.plaintext);
}

/**
 * Opens a letter to us that this peer, known by the keys with which it may call, has signed. Whatever its carrier changed, exchanged or kept
 * too long is refused; whether it was here before is the ledger's to say.
 */
export async function openLetter(
  sealed: SealedLetter,
  sender: { name: string; keys: readonly DatedKey[] },
  reader: Reader,
): Promise<Letter> {
  try {
    const datedAt = (said: unknown) => letter.parse(said).expires;
    const signed = await unseal(sealed, reader.encryptionKey);
    const read = letter.parse(await readDatedDocument(sender.keys, letterType, { jws: signed, datedAt }));
    const isMeant = read.to === reader.name && read.from === sender.name;
    const isItself = read.id === sealed.id && read.from === sealed.from && read.to === sealed.to;
    if (!isMeant || !isItself) throw new TypeError("another letter than its cover says");
    if (Date.parse(read.expires) + proofSkewSeconds * 1000 < reader.now.getTime()) throw new TypeError("too old");
    return read;
  } catch (cause) {
    throw new KrdcError("unauthenticated", "signature.invalid", { cause });
  }
}
