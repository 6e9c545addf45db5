import { KrdcError } from "#server/errors";
import type { DatedKey } from "./key-rules";
import { type PrivateKey, type PublicKey, publicPart } from "./keys";
import { type EncryptionCertificate, encryptionCertificate, encryptionCertificateType } from "./reach";
import { readDatedDocument, signDocument } from "./signed-document";

/** A cluster's word, by its identity key, that letters to it are sealed to this key. */
export const certifyEncryptionKey = (
  key: PrivateKey,
  { cluster, gateway }: { cluster: string; gateway?: string },
  encryption: PublicKey,
  now: Date,
) =>
  signDocument(key, encryptionCertificateType, {
    schema: "krdc.encryption-key/v1",
    cluster,
    key: publicPart(encryption),
    ...(gateway === undefined ? {} : { gateway }),
    issuedAt: now.toISOString(),
  });

/** What is certified, if the cluster of this identity said so itself; its keys are pinned or follow a pinned one, never of the hub's telling. */
export async function readEncryptionCertificate(
  identity: readonly DatedKey[],
  cluster: string,
  jws: string,
): Promise<EncryptionCertificate> {
  const datedAt = (document: unknown) => encryptionCertificate.parse(document).issuedAt;
  const signed = await readDatedDocument(identity, encryptionCertificateType, { jws, datedAt });
  const read = encryptionCertificate.safeParse(signed);
  if (!read.success || read.data.cluster !== cluster) throw new KrdcError("unauthenticated", "signature.invalid");
  return read.data;
}
