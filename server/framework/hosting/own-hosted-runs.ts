import { recordEntry } from "#server/audit/record-entry";
import type { Outcome } from "#server/protocol/states";
import { type FrameworkContext, within } from "../context";
import type { Execution, ExecutionOwner } from "../execution/execution";
import { restoreBar } from "../restore/standing";
import { type StartBar, startBar } from "./due-end";
import { endHostedRun, holdHostedRun } from "./end-hosted-runs";
import { changeByStart, type HostedRun, isBeingEnded } from "./hosted-run";
import { lockHostedRun, updateHostedRun } from "./hosted-runs.repo";
import { isSuspended } from "./peers";
import { nextEventSeq } from "./peers.repo";

const keyOf = ({ home, runKey, attempt }: Execution) => ({ home: home ?? "", runKey, attempt });

/** How the protocol's clocks stand now. */
export const momentOf = (ctx: FrameworkContext) => ({
  now: ctx.now(),
  inputsMs: ctx.timing.inputsMs,
  isStale: ctx.freshness.ageMs() > ctx.timing.freshMs,
  isFresh: ctx.freshness.isFresh(ctx.timing.freshMs),
});

/** What a run waits for, or why it will not begin, stands on its row for home and owner to see. */
async function show(ctx: FrameworkContext, row: HostedRun, bar: StartBar): Promise<void> {
  const reason = "wait" in bar ? bar.wait : bar.reason;
  const state = "wait" in bar || isBeingEnded(row) ? row.state : "REVOKING";
  if (row.reason === reason && row.state === state) return;
  await updateHostedRun(ctx.db, row, { state, reason, seq: await nextEventSeq(ctx.db, row.home) });
}

const ownWords: ReadonlySet<string | null> = new Set(["REVOKED", "LEASE_EXPIRED", "AUTHORIZATION_STALE"]);

/** An app that we ended has the reason that stood on its row; any other end speaks for itself. */
const reasonOf = (row: HostedRun, execution: Execution) =>
  row.state === "REVOKING" && ownWords.has(execution.outcome) ? row.reason : (execution.reason?.code ?? null);

/** Hosted runs hear of their executions in the same transaction. */
export const hostedOwner: ExecutionOwner = {
  mayNotStart: async (ctx, execution) => {
    const held = await holdHostedRun(ctx, keyOf(execution));
    if (!held) return { stop: "REVOKED" };
    const { row, agreement } = held;
    const at = { ...momentOf(ctx), isPeerSuspended: await isSuspended(ctx, row.home) };
    const bar = (await restoreBar(ctx, row.home)) ?? startBar(row, agreement, at);
    if (bar) await show(ctx, row, bar);
    return bar;
  },
  started: async (ctx, db, execution) => {
    const row = await lockHostedRun(db, keyOf(execution));
    const begun = row && changeByStart(row, execution.startedAt);
    if (!begun) return;
    await updateHostedRun(db, row, { ...begun, seq: await nextEventSeq(db, row.home) });
    // A start that a database forgets is missed in the chain, of which others hold the head.
    const subject = `hosted-run:${row.runKey}:${row.attempt}`;
    await recordEntry(db, ctx.now(), { actor: ctx.name, action: "hosted_run.begun", subject });
    ctx.log.info({ home: row.home, runKey: row.runKey, attempt: row.attempt }, "a hosted run began");
  },
  ended: async (ctx, db, execution) => {
    const inside = within(ctx, db);
    const held = await holdHostedRun(inside, keyOf(execution));
    if (!held) return;
    await endHostedRun(inside, held.row, {
      outcome: (execution.outcome ?? "LOST_ON_HOST") as Outcome,
      reason: reasonOf(held.row, execution),
      exitCode: execution.exitCode,
      outputs: execution.outputs,
      startedAt: execution.startedAt,
      endedAt: execution.endedAt ?? ctx.now(),
      cpuSeconds: execution.cpuSeconds,
      logBytes: execution.logBytes,
    });
  },
};
