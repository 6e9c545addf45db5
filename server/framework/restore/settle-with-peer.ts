import { type AttemptsAnswer, attemptsAnswer, type RememberedAttempt } from "#server/protocol/set-back";
import { type FrameworkContext, within } from "../context";
import { reconcileWith } from "../exchange/tell-hosts";
import { holdHostedRun } from "../hosting/end-hosted-runs";
import { callHost } from "../transfers/call-host";
import { endAsLost, recoverAttempt } from "./recover-attempt";
import { doesRuntimeRemember, type Restore, sinceOf } from "./restore";
import { listUnbegun, raiseEventSeq } from "./restores.repo";

const timeoutMs = 20_000;

async function* attemptsAt(ctx: FrameworkContext, restore: Restore, home: string): AsyncGenerator<AttemptsAnswer> {
  let after: Pick<RememberedAttempt, "runKey" | "attempt"> | null = null;
  for (;;) {
    const json = { since: sinceOf(restore), after };
    const answer = await callHost(ctx, home, { method: "POST", path: "/v1/open-attempts", json, timeoutMs });
    const page: AttemptsAnswer = attemptsAnswer.parse(answer.body);
    yield page;
    const last = page.attempts.at(-1);
    if (!last) return;
    after = { runKey: last.runKey, attempt: last.attempt };
  }
}

/** Where the runtime was set back too, nobody knows whether these were begun meanwhile. */
async function endUnknowable(ctx: FrameworkContext, home: string): Promise<void> {
  for (const row of await listUnbegun(ctx.db, home)) {
    const view = await ctx.runtime.look(row.executionName);
    if (view.phase !== "absent") continue;
    if (row.state !== "RECEIVED") {
      // The name is used up: the executor finds it so and writes the end.
      await ctx.runtime.clear(row.executionName);
      continue;
    }
    await ctx.db.transaction(async (db) => {
      const inside = within(ctx, db);
      const held = await holdHostedRun(inside, row);
      if (held) await endAsLost(inside, held.row);
    });
  }
}

/**
 * Reads again what one peer knows: as our home, which attempts it has with us, so that none is forgotten or begun twice;
 * as our host, how everything stands that is open with it.
 */
export async function settleWithPeer(ctx: FrameworkContext, restore: Restore, peer: string): Promise<void> {
  for await (const { cursor, attempts } of attemptsAt(ctx, restore, peer)) {
    await raiseEventSeq(ctx.db, peer, Math.max(cursor, ...attempts.map(({ hostSeq }) => hostSeq)));
    for (const told of attempts) await recoverAttempt(ctx, restore, { home: peer, told, cursor });
  }
  if (!doesRuntimeRemember(restore)) await endUnknowable(ctx, peer);
  await reconcileWith(ctx, peer);
}
