import type { JWK } from "jose";
import { KrdcError } from "#server/errors";
import { type Checkpoint, checkpoint, checkpointType } from "#server/protocol/audit";
import type { DatedKey } from "#server/protocol/key-rules";
import { readDatedDocument, signDocument } from "#server/protocol/signed-document";

/**
 * Whose chain: its name, the keys that signed for it at their times, and the thumbprint of the first of them, which names
 * the installation for ever.
 */
export type ChainOwner = { chain: string; keys: readonly DatedKey[]; installation: string };
/** Our own chain: the key that signs for it now. */
export type OwnChain = ChainOwner & { signs: JWK };

export const signHead = (key: JWK, head: Checkpoint): Promise<string> => signDocument(key, checkpointType, head);

/** What its owner signed, if it is the owner's and about the owner's own chain. */
export async function readCheckpoint({ chain, keys }: ChainOwner, jws: string): Promise<Checkpoint> {
  const datedAt = (document: unknown) => checkpoint.parse(document).at;
  const read = checkpoint.safeParse(await readDatedDocument(keys, checkpointType, { jws, datedAt }));
  if (!read.success || read.data.chain !== chain) throw new KrdcError("unauthenticated", "signature.invalid");
  return read.data;
}

/** The name under which we keep the checkpoints of another chain: what follows a lost key is a new installation, whose chain begins anew. */
export const heldNameOf = ({ chain, installation }: ChainOwner): string => `${chain}/${installation}`;

/** Undefined for a name of another form, as our own chain's is. */
export function partsOfHeldName(name: string): { chain: string; jkt: string } | undefined {
  const [chain, jkt, ...rest] = name.split("/");
  return chain && jkt && rest.length === 0 ? { chain, jkt } : undefined;
}
