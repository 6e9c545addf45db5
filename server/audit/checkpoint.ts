import type { JWK } from "jose";
import { KrdcError } from "#server/errors";
import { type Checkpoint, checkpoint, checkpointType } from "#server/protocol/audit";
import { thumbprintOf } from "#server/protocol/keys";
import { readSignedDocument, signDocument } from "#server/protocol/signed-document";

/** Whose chain: its name, and the key that signs for it. */
export type ChainOwner = { chain: string; key: JWK };

export const signHead = ({ key }: ChainOwner, head: Checkpoint): Promise<string> =>
  signDocument(key, checkpointType, head);

/** An owner reads its own word with a key that could also sign; a verification takes the public half only. */
const publicHalf = ({ kty, crv, x, y }: JWK) => ({ kty, crv, x, ...(y === undefined ? {} : { y }) }) as JWK;

/** What its owner signed, if it is the owner's and about the owner's own chain. */
export async function readCheckpoint({ chain, key }: ChainOwner, jws: string): Promise<Checkpoint> {
  const read = checkpoint.safeParse(await readSignedDocument(publicHalf(key), checkpointType, jws));
  if (!read.success || read.data.chain !== chain) throw new KrdcError("unauthenticated", "signature.invalid");
  return read.data;
}

/** The name under which we keep the checkpoints of another chain: a new key is a new installation, whose chain begins anew. */
export const heldNameOf = async ({ chain, key }: ChainOwner): Promise<string> =>
  `${chain}/${await thumbprintOf(publicHalf(key))}`;

/** Undefined for a name of another form, as our own chain's is. */
export function partsOfHeldName(name: string): { chain: string; jkt: string } | undefined {
  const [chain, jkt, ...rest] = name.split("/");
  return chain && jkt && rest.length === 0 ? { chain, jkt } : undefined;
}
