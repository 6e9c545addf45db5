import type { FormerKey, HubPublicKey, KeyAnnouncement, KeyChange } from "./key-change";
import type { PublicKey } from "./keys";

/** How long before it counts a cluster's next key is announced, and how long after that the old one still opens doors. */
export type KeyTiming = { keyNoticeMs: number; keyOverlapMs: number };

/** The overlap outlives every grant, and grants live on the wall clock: only the notice is shortened by a test's scale. */
export const keyTimingOf = (scale: number): KeyTiming => ({ keyNoticeMs: 86_400_000 / scale, keyOverlapMs: 600_000 });

/** Clocks differ: a next key may be used a little before our own clock says so, and a document signed a little after. */
const skewMs = ({ keyOverlapMs }: KeyTiming) => keyOverlapMs / 10;

/** What a cluster's row, or a peer's, says of its keys. */
export type KeyRecord = {
  jkt: string | null;
  key: PublicKey | null;
  keyChange: KeyChange | null;
  formerKeys: readonly FormerKey[];
};

/** A key that verifies documents, and until which date of theirs. */
export type DatedKey = { key: PublicKey | HubPublicKey; until: Date | undefined };

type Counting = KeyChange & { from: number };

/** The announced change, unless somebody forbade it. */
function countingChange({ keyChange }: KeyRecord): Counting | undefined {
  if (!keyChange || keyChange.forbiddenBy !== null) return undefined;
  return { ...keyChange, from: Date.parse(keyChange.announcement.effectiveAt) };
}

/** Whether the announced key is the cluster's key by now. */
export function isChangeDue(record: KeyRecord, now: Date): boolean {
  const change = countingChange(record);
  return change !== undefined && now.getTime() >= change.from;
}

/** Too late to forbid it: some already go by the next key. */
export function isTooLateToForbid({ announcement }: KeyChange, now: Date, timing: KeyTiming): boolean {
  return now.getTime() >= Date.parse(announcement.effectiveAt) - skewMs(timing);
}

/** The key of this thumbprint if the cluster may call with it now: its own, the next one when its time has come, the last one for a short while. */
export function callingKeyOf(record: KeyRecord, jkt: string, now: Date, timing: KeyTiming): PublicKey | undefined {
  const at = now.getTime();
  const change = countingChange(record);
  if (jkt === record.jkt) {
    return change && at >= change.from + timing.keyOverlapMs ? undefined : (record.key ?? undefined);
  }
  if (jkt === change?.jkt) return at >= change.from - skewMs(timing) ? change.announcement.key : undefined;
  const former = record.formerKeys.find((one) => one.jkt === jkt && one.change);
  return former && at < Date.parse(former.until) + timing.keyOverlapMs ? former.key : undefined;
}

/** The keys with which this cluster may call now: two while one takes the other's place. */
export function callingKeysOf(record: KeyRecord, now: Date, timing: KeyTiming): DatedKey[] {
  const former = installationOf(record.formerKeys).at(-1);
  const names = [record.keyChange?.jkt, record.jkt, former?.jkt].filter((jkt) => typeof jkt === "string");
  const keys = names.flatMap((jkt) => callingKeyOf(record, jkt, now, timing) ?? []);
  return keys.map((key) => ({ key, until: undefined }));
}

/** Every key that verifies a document of this cluster, newest first; former ones only what was dated while they counted. */
export function documentKeysOf(record: KeyRecord, now: Date, timing: KeyTiming): DatedKey[] {
  const change = countingChange(record);
  const until = (at: number) => new Date(at + skewMs(timing));
  const next = change && now.getTime() >= change.from - skewMs(timing) ? change : undefined;
  const former = [...record.formerKeys].reverse();
  return [
    ...(next ? [{ key: next.announcement.key, until: undefined }] : []),
    ...(record.key ? [{ key: record.key, until: next ? until(next.from) : undefined }] : []),
    ...former.map((one) => ({ key: one.key, until: until(Date.parse(one.until)) })),
  ];
}

/** Keys since the last one that was lost, oldest first: one installation, however often it changed its key. */
export function installationOf<T extends { change?: unknown }>(formerKeys: readonly T[]): T[] {
  const lost = formerKeys.map(({ change }) => change === undefined).lastIndexOf(true);
  return formerKeys.slice(lost + 1);
}

/** Every thumbprint under which this installation was or is known. */
export const thumbprintsOf = ({ jkt, formerKeys }: KeyRecord): string[] => [
  ...installationOf(formerKeys).map((one) => one.jkt),
  ...(jkt ? [jkt] : []),
];

/** The row after a change took effect. */
export function afterChange(record: KeyRecord): Omit<KeyRecord, "formerKeys"> & { formerKeys: FormerKey[] } {
  const { jkt, key, keyChange, formerKeys } = record;
  if (!keyChange || !jkt || !key) return { jkt, key, keyChange, formerKeys: [...formerKeys] };
  const { byPresentKey, byNextKey, announcement } = keyChange;
  const until = announcement.effectiveAt;
  const former: FormerKey = { jkt, key, until, change: { byPresentKey, byNextKey } };
  return { jkt: keyChange.jkt, key: announcement.key, keyChange: null, formerKeys: [...formerKeys, former] };
}

type Pinned = { jkt: string; key: PublicKey };

/** The row after an operator pinned a key by hand: the announced one goes on with the installation, any other begins a new one. */
export function afterPinning(known: KeyRecord | undefined, { jkt, key }: Pinned, now: Date) {
  if (!known?.jkt || !known.key) return { jkt, key, keyChange: null, formerKeys: [...(known?.formerKeys ?? [])] };
  if (known.jkt === jkt) return { jkt, key, keyChange: known.keyChange, formerKeys: [...known.formerKeys] };
  const { keyChange } = known;
  const change =
    keyChange?.jkt === jkt ? { byPresentKey: keyChange.byPresentKey, byNextKey: keyChange.byNextKey } : undefined;
  const former: FormerKey = { jkt: known.jkt, key: known.key, until: now.toISOString(), ...(change && { change }) };
  return { jkt, key, keyChange: null, formerKeys: [...known.formerKeys, former] };
}

export type Announced = {
  said: KeyAnnouncement;
  /** The next key's thumbprint. */
  jkt: string;
  cluster: string;
  record: KeyRecord;
  /** When somebody last heard this cluster without the announcement, or hears it first; undefined when nobody could. */
  heardAt: Date | undefined;
  now: Date;
};

/** Of the notice, this much may have passed on the way to us. */
const deliveredWithin = 1 / 20;

/** Why an announcement that is properly signed does not count; undefined when it does. */
export function refusalOfAnnouncement(told: Announced, timing: KeyTiming): string | undefined {
  const { said, jkt, cluster, record, heardAt, now } = told;
  const [announced, effective] = [Date.parse(said.announcedAt), Date.parse(said.effectiveAt)];
  if (said.cluster !== cluster) return "key_change.other_cluster";
  if (said.replaces !== record.jkt) return "key_change.other_key";
  if (jkt === record.jkt || record.formerKeys.some((one) => one.jkt === jkt)) return "key_change.used_key";
  if (effective - announced < timing.keyNoticeMs) return "key_change.too_soon";
  if (announced > now.getTime() + skewMs(timing)) return "clock_skew";
  const isLate = heardAt && heardAt.getTime() > announced + timing.keyNoticeMs * deliveredWithin;
  // Its notice would be shorter than it says.
  if (isLate) return "key_change.back_dated";
  if (record.keyChange && record.keyChange.forbiddenBy === null) return "key_change.already_announced";
  return undefined;
}

/** One key of the hub and when it began to sign; the first one always did. */
export type HubLink = { key: HubPublicKey; from: Date | null };

export type HubKeyUse = "token" | "status" | "document";

const endOf = (chain: readonly HubLink[], index: number) => chain[index + 1]?.from?.getTime();

/** A word about now needs a key that counts now, or soon; a token may come from the last one while it lives; a document lasts. */
function isGood(use: HubKeyUse, span: { from: number; end: number }, at: number, timing: KeyTiming): boolean {
  switch (use) {
    case "token":
      return at >= span.from - skewMs(timing) && at < span.end + timing.keyOverlapMs;
    case "status":
      return at < span.end + skewMs(timing);
    case "document":
      return true;
  }
}

/** Which of the hub's keys verify this kind of its word now, newest first. */
export function hubKeysFor(use: HubKeyUse, chain: readonly HubLink[], now: Date, timing: KeyTiming): DatedKey[] {
  const good = chain.flatMap(({ key, from }, index): DatedKey[] => {
    const end = endOf(chain, index);
    const span = { from: from?.getTime() ?? Number.NEGATIVE_INFINITY, end: end ?? Number.POSITIVE_INFINITY };
    const until = end === undefined ? undefined : new Date(end + skewMs(timing));
    return isGood(use, span, now.getTime(), timing) ? [{ key, until }] : [];
  });
  return good.reverse();
}

/** The newest key that has begun. */
export function signingLinkOf<T extends { from: Date | null }>(chain: readonly T[], now: Date): T | undefined {
  return chain.findLast(({ from }) => from === null || from <= now);
}

/** Two refreshes of every reader, and longer than a grant lives. */
export const hubNoticeMs = (scale: number): number => Math.max(2 * 20_000, 600_000) / scale;
