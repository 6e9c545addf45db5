import type { BrokenPlace } from "#server/protocol/audit";
import { type ChainedEntry, hashOf, origin } from "./entry";

/** What somebody holds of a chain: at this position stood this hash. */
export type Anchor = { position: number; hash: string; by: string };

const place = (
  kind: BrokenPlace["kind"],
  at: Omit<BrokenPlace, "kind" | "until">,
  until = at.position,
): BrokenPlace => ({
  kind,
  ...at,
  until,
});

const byPosition = (one: { position: number }, other: { position: number }) => one.position - other.position;

/** Where the checkpoints of one holder begin to disagree: everything behind that place has other hashes too. */
function compareWith(by: string, anchors: readonly Anchor[], hashAt: ReadonlyMap<number, string>): BrokenPlace[] {
  const sorted = [...anchors].sort(byPosition);
  const missing = sorted.filter(({ position }) => !hashAt.has(position));
  const other = sorted.find(({ position, hash }) => hashAt.has(position) && hashAt.get(position) !== hash);
  const [first, last] = [missing[0], missing.at(-1)];
  return [
    ...(other ? [place("rewritten", { position: other.position, by })] : []),
    ...(first && last ? [place("missing", { position: first.position, by }, last.position)] : []),
  ];
}

/** Where checkpoints and the hashes that stand in the chain disagree, for each who holds them. */
export function compareAnchors(anchors: readonly Anchor[], hashAt: ReadonlyMap<number, string>): BrokenPlace[] {
  const holders = [...new Set(anchors.map(({ by }) => by))];
  return holders.flatMap((by) =>
    compareWith(
      by,
      anchors.filter((one) => one.by === by),
      hashAt,
    ),
  );
}

/** Reads a chain entry by entry in the order of positions, however long it is, and keeps what is broken. */
export function readChain(chain: string, anchors: readonly Anchor[]) {
  const broken: BrokenPlace[] = [];
  const hashAt = new Map<number, string>();
  const anchored = new Set(anchors.map(({ position }) => position));
  let expected = 1;
  /** Empty when the entry before is missing: then only a checkpoint knows what it was. */
  let previous: string[] = [origin];

  const read = (entry: ChainedEntry): void => {
    const { position } = entry;
    const hash = entry.hash ?? "";
    if (position > expected) {
      broken.push(place("missing", { position: expected, by: chain }, position - 1));
      previous = anchors.filter((anchor) => anchor.position === position - 1).map((anchor) => anchor.hash);
    }
    const computed = previous.map((before) => hashOf(before, position, entry));
    if (position < 1 || (computed.length > 0 && !computed.includes(hash))) {
      broken.push(place("changed", { position, by: chain }));
    }
    if (anchored.has(position)) hashAt.set(position, hash);
    // Either may be the changed one: the entry behind goes by the other, and only one place is named.
    previous = [...new Set([hash, ...computed])].slice(0, 3);
    expected = Math.max(position + 1, expected);
  };

  const end = (): BrokenPlace[] => {
    const last = Math.max(0, ...anchors.map(({ position }) => position));
    const cutOff = anchors.find(({ position }) => position === last);
    if (cutOff && last >= expected) broken.push(place("missing", { position: expected, by: cutOff.by }, last));
    const standing = anchors.filter(({ position }) => hashAt.has(position));
    return [...broken, ...compareAnchors(standing, hashAt)];
  };

  return { read, end };
}

/** Every place at which a chain does not hold by itself or against these checkpoints; none when it does. */
export function verifyChain(
  chain: string,
  entries: readonly ChainedEntry[],
  anchors: readonly Anchor[] = [],
): BrokenPlace[] {
  const reader = readChain(chain, anchors);
  for (const entry of [...entries].sort(byPosition)) reader.read(entry);
  return reader.end();
}
