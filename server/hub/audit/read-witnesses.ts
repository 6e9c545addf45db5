import { type ChainOwner, readCheckpoint } from "#server/audit/checkpoint";
import type { Anchor } from "#server/audit/verify-chain";
import type { BrokenPlace, ChainVerification, HeldCheckpoint } from "#server/protocol/audit";

/** A chain and every thumbprint of its installation: a peer knows it by the key that it pinned first. */
export type KnownChain = ChainOwner & { jkts: readonly string[] };

type Witnesses = {
  /** What others hold of each chain. */
  anchors: Map<string, Anchor[]>;
  /** What each holds that its alleged owner never signed. */
  broken: Map<string, BrokenPlace[]>;
};

function add<T>(lists: Map<string, T[]>, key: string, item: T): void {
  lists.set(key, [...(lists.get(key) ?? []), item]);
}

async function readHeld(owner: KnownChain, { position, checkpoint }: HeldCheckpoint) {
  const read = await readCheckpoint(owner, checkpoint).catch(() => undefined);
  return read?.position === position ? read : undefined;
}

/** Reads what every holder shows of the others' chains. Each is believed only what the chain's own key signed. */
export async function readWitnesses(
  holders: readonly Pick<ChainVerification, "chain" | "held">[],
  known: ReadonlyMap<string, KnownChain>,
): Promise<Witnesses> {
  const witnesses: Witnesses = { anchors: new Map(), broken: new Map() };
  for (const { chain: by, held } of holders) {
    for (const one of held) {
      const owner = known.get(one.chain);
      if (!owner?.jkts.includes(one.jkt) || owner.chain === by) continue;
      const read = await readHeld(owner, one);
      if (read) add(witnesses.anchors, owner.chain, { position: read.position, hash: read.hash, by });
      else {
        const { position } = one;
        add(witnesses.broken, by, { kind: "bad_checkpoint", position, until: position, by: owner.chain });
      }
    }
  }
  return witnesses;
}
