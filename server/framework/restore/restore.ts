import type { restores } from "#drizzle/framework/schema/hosting";
import { type RestoreView, restoreView } from "#server/protocol/set-back";

export type Restore = typeof restores.$inferSelect;

/** What must be read again before anything begins; what each peer knows comes on top, and holds up only that peer's runs. */
const generalParts = ["runtime", "revocations", "agreements", "runs"] as const;
/** Last of all, when everybody has said what is theirs. */
export const lastPart = "processes";

export const partOfPeer = (name: string) => `peer:${name}`;

/** What showed that the database was set back, and what has been read again since. */
export type Evidence = {
  /** `file`, `hub` or the peer that held our own signed checkpoint. */
  by: string;
  /** The place of our chain that the database does not have. */
  position: number;
  hash: string;
  /** The newest time that the database still remembers. */
  since: string;
  done: Record<string, string>;
  /** What could not be taken back, for people to look at. */
  left: string[];
};

export const evidenceOf = ({ evidence }: Pick<Restore, "evidence">) => evidence as Evidence;

/** Clocks differ, and what was under way when the backup was taken ended later. */
const marginMs = 3_600_000;

/** Everything since our last memory, for whoever is asked about it. */
export const sinceOf = (restore: Restore): string =>
  new Date(Math.max(0, Date.parse(evidenceOf(restore).since) - marginMs)).toISOString();

const isDone = (restore: Restore, part: string) => evidenceOf(restore).done[part] !== undefined;

/** What is still to be read again; `peers` are those that may call us. A peer that comes back later is read then. */
export function openParts(restore: Restore, peers: readonly string[]): string[] {
  const ofPeers = peers.map(partOfPeer);
  const parts = restore.settledAt ? ofPeers : [...generalParts, ...ofPeers, lastPart];
  return parts.filter((part) => !isDone(restore, part));
}

/**
 * Whether nothing may begin now, or nothing with this peer: one that was suspended while all others were read, or that is
 * accepted again, may know of what was lost for as long as it has not been asked.
 */
export function holdsUp(restore: Restore | undefined, peer: string | undefined): boolean {
  if (!restore) return false;
  const isHeld = restore.settledAt === null && generalParts.some((part) => !isDone(restore, part));
  return isHeld || (peer !== undefined && !isDone(restore, partOfPeer(peer)));
}

/**
 * The runtime's folders remember what was started only if they were not set back too: then the file beside them is newer
 * than the database.
 */
export const doesRuntimeRemember = (restore: Restore) => evidenceOf(restore).by === "file";

/** As owners and the hub's people see it. */
export const viewOf = (restore: Restore, peers: readonly string[]): RestoreView =>
  restoreView.parse({
    epoch: restore.epoch,
    noticedAt: restore.noticedAt.toISOString(),
    settledAt: restore.settledAt?.toISOString() ?? null,
    shownBy: evidenceOf(restore).by,
    done: evidenceOf(restore).done,
    open: openParts(restore, peers),
  });
