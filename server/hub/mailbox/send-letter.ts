import { KrdcError } from "#server/errors";
import { letterLifetimeMs, type SealedLetter } from "#server/protocol/reach";
import { getActiveCluster } from "../clusters/get-active-cluster";
import type { ClusterContext } from "../context";
import { countWaiting, findLetter, insertLetter, lockRecipient, type Waiting } from "./letters.repo";
import { theWaitingCalls } from "./the-waiting-calls";

/** What waits for one recipient at most; one sender may take a part of it only, so that nobody shuts out the others. */
const most: Waiting = { letters: 256, bytes: 128 * 1024 * 1024, ofSender: 32 };

const isFull = (waiting: Waiting, { sealed }: SealedLetter) =>
  waiting.letters >= most.letters ||
  waiting.ofSender >= most.ofSender ||
  waiting.bytes + Buffer.byteLength(sealed) > most.bytes;

/** Keeps a sealed letter until its recipient takes it; the same letter again is a lost answer, not a second letter. */
export async function sendLetter(ctx: ClusterContext, letter: SealedLetter): Promise<Record<string, never>> {
  if (letter.from !== ctx.user.name) throw new KrdcError("forbidden", "letter.other_sender");
  await getActiveCluster(ctx.db, letter.to);
  await ctx.db.transaction(async (tx) => {
    await lockRecipient(tx, letter.to);
    const known = await findLetter(tx, letter.id);
    if (known) return refuseOther(known, letter);
    const now = ctx.now();
    if (isFull(await countWaiting(tx, letter, now), letter)) {
      throw new KrdcError("too_many", "letter.too_many", { detail: { cluster: letter.to, retryAfterSeconds: 2 } });
    }
    const expiresAt = new Date(now.getTime() + letterLifetimeMs);
    await insertLetter(tx, { ...letter, createdAt: now, expiresAt });
  });
  theWaitingCalls().wake(letter.to);
  return {};
}

function refuseOther(known: SealedLetter, { from, to, sealed }: SealedLetter): void {
  const isSame = known.from === from && known.to === to && known.sealed === sealed;
  if (!isSame) throw new KrdcError("conflict", "letter.id_taken");
}
