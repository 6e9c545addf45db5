import type { Db } from "#server/db/connect";
import type { BrokenPlace, ChainVerification, HeldCheckpoint } from "#server/protocol/audit";
import { type Head, type StoredCheckpoint, selectChained, selectHeld, selectOwnCheckpoints } from "./audit.repo";
import { chainEntries } from "./chain-entries";
import { type ChainOwner, partsOfHeldName, readCheckpoint } from "./checkpoint";
import type { ChainedEntry } from "./entry";
import { type Anchor, readChain } from "./verify-chain";

const batch = 1000;
const brokenLimit = 100;
const heldPerChain = 400;

/** Whether a row says exactly what its own signature says. */
async function isTrue(owner: ChainOwner, { position, hash, at, signature }: StoredCheckpoint): Promise<boolean> {
  const said = await readCheckpoint(owner, signature).catch(() => undefined);
  return said?.position === position && said.hash === hash && said.at === at.toISOString();
}

async function readOwnCheckpoints(db: Db, owner: ChainOwner) {
  const anchors: Anchor[] = [];
  const broken: BrokenPlace[] = [];
  for (const row of await selectOwnCheckpoints(db, owner.chain)) {
    const { position, hash } = row;
    if (await isTrue(owner, row)) anchors.push({ position, hash, by: owner.chain });
    else broken.push({ kind: "bad_checkpoint", position, until: position, by: owner.chain });
  }
  return { anchors, broken };
}

async function* entriesOf(db: Db): AsyncGenerator<ChainedEntry> {
  let after: number | undefined;
  for (;;) {
    const entries = await selectChained(db, after, batch);
    yield* entries;
    const last = entries.at(-1)?.position;
    // A place beyond what numbers tell apart was never given by us; asking behind it could go on for ever.
    if (last === undefined || !Number.isSafeInteger(last) || entries.length < batch) return;
    after = last;
  }
}

const safe = (number: number) => Math.max(Math.min(number, Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER);

/** Reads our whole chain in batches and compares it with what it says itself and with our own signed checkpoints. */
export async function verifyOwnChain(db: Db, owner: ChainOwner): Promise<Omit<ChainVerification, "held">> {
  await chainEntries(db);
  // Read before the chain, which grows meanwhile: no checkpoint then names an entry that was not read.
  const own = await readOwnCheckpoints(db, owner);
  const reader = readChain(owner.chain, own.anchors);
  let entries = 0;
  let head: Head | null = null;
  for await (const entry of entriesOf(db)) {
    reader.read(entry);
    entries += 1;
    head = { position: safe(entry.position), hash: entry.hash ?? "" };
  }
  const broken = [...reader.end(), ...own.broken].slice(0, brokenLimit);
  const told = broken.map((one) => ({ ...one, position: safe(one.position), until: safe(one.until) }));
  return { chain: owner.chain, entries, head, broken: told };
}

/** What we hold of other chains, for whoever compares. */
export async function listHeld(db: Db, own: string): Promise<HeldCheckpoint[]> {
  const rows = await selectHeld(db, own, heldPerChain);
  return rows.flatMap(({ chain, position, signature }) => {
    const parts = partsOfHeldName(chain);
    return parts ? [{ ...parts, position, checkpoint: signature }] : [];
  });
}
