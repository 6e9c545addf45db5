import type { Agreement } from "#server/framework/agreements/use-agreement";
import { endingOf, type StopReason } from "#server/framework/execution/execution";
import { dueEnd, startBar } from "#server/framework/hosting/due-end";
import {
  answerOf,
  changeByStart,
  type HostedRun,
  isBeingEnded,
  mayFollow,
  meetingOf,
  stateWhileEnding,
} from "#server/framework/hosting/hosted-run";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import { mayMove } from "#server/protocol/transitions";
import type { Net, ToHome, ToHost } from "./net.build";
import { momentAt, type Scenario } from "./scenario.build";

type App = { stopReason: StopReason | null; startedAt: number | null };
type Hosted = HostedRun & { app: App };

const inputsTicks = 150;
const leaseTicks = 200;

/** A host as its own rules make it, with memory for tables. `starts` counts what really began, by attempt. */
export class ModelHost {
  readonly rows = new Map<number, Hosted>();
  readonly starts = new Map<number, number>();
  readonly #redeemed = new Set<string>();
  readonly #net: Net;
  readonly #scenario: Scenario;
  #state: Agreement["state"] = "ACTIVE";
  #seq = 0;
  #now = 0;

  constructor(net: Net, scenario: Scenario) {
    this.#net = net;
    this.#scenario = scenario;
  }

  hear(said: ToHost): void {
    if (said.kind === "put") this.#put(said);
    else if (said.kind === "leases") this.#renew(said.attempts);
    else if (said.kind === "events") this.#tell(said.after);
    else if (said.kind === "revoke") this.#revoke();
    else this.#hearOfOne(said);
  }

  #hearOfOne(said: Extract<ToHost, { kind: "input" | "cancel" | "acknowledge" | "ask" | "fetch" }>): void {
    const row = this.rows.get(said.attempt);
    if (!row) {
      this.#say({ kind: "refused", attempt: said.attempt, reason: "hosted_run.not_found" });
      return;
    }
    if (said.kind === "input") this.#change(row, row.state === "RECEIVED" ? { state: "QUEUED" } : undefined);
    if (said.kind === "cancel" && row.outcome === null && !isBeingEnded(row)) this.#stop(row, "CANCELLED");
    if (said.kind === "acknowledge") this.#acknowledge(row);
    else if (said.kind === "fetch") this.#say({ kind: "results", attempt: row.attempt });
    else this.#say({ kind: "answer", answer: this.#answer(row) });
  }

  isRevoked = (): boolean => this.#state === "REVOKED";

  /** One look at every clock and every app. */
  tick(now: number): void {
    this.#now = now;
    for (const row of this.rows.values()) {
      if (row.outcome === null) this.#look(row);
    }
  }

  #say(said: ToHome): void {
    this.#net.send({ to: "home", said });
  }

  #answer(row: Hosted): HostedRunAnswer {
    return answerOf(row, row.state === "RECEIVED" ? ["0".repeat(64)] : []);
  }

  #put({ attempt, grantId }: Extract<ToHost, { kind: "put" }>): void {
    const own = this.rows.get(attempt);
    const newest = [...this.rows.values()].at(-1);
    const meeting = meetingOf({ attempt, requestHash: `request ${attempt}` }, own, newest);
    const barred = meeting === "new" ? this.#barOf(grantId, newest) : meeting;
    if (own && barred === "known") this.#say({ kind: "answer", answer: this.#answer(own) });
    else if (barred) this.#say({ kind: "refused", attempt, reason: barred });
    else this.#say({ kind: "answer", answer: this.#answer(this.#accept(attempt, grantId)) });
  }

  #barOf(grantId: string, newest: HostedRun | undefined): string | undefined {
    if (this.#state !== "ACTIVE") return "agreement.revoked";
    if (this.#redeemed.has(grantId)) return "unauthenticated";
    return mayFollow(newest) ? undefined : "hosted_run.attempt_still_live";
  }

  #accept(attempt: number, grantId: string): Hosted {
    this.#redeemed.add(grantId);
    const state = this.#scenario.inputs === "none" ? "QUEUED" : "RECEIVED";
    const none = { outcome: null, reason: null, exitCode: null, receipt: null, startedAt: null, endedAt: null };
    const app: App = { stopReason: null, startedAt: null };
    this.#seq += 1;
    const times = { createdAt: momentAt(this.#now), leaseUntil: momentAt(this.#now + leaseTicks) };
    const named = { runKey: this.#scenario.runKey, attempt, requestHash: `request ${attempt}` };
    const row = { ...none, ...times, ...named, home: "home", state, seq: this.#seq, app } as Hosted;
    this.rows.set(attempt, row);
    return row;
  }

  #change(row: Hosted, change: Partial<HostedRun> | undefined): void {
    if (!change) return;
    if (change.state && !mayMove("hostedRun", row.state, change.state))
      throw new Error(`the host moved from ${row.state} to ${change.state}`);
    if (change.outcome !== undefined && row.outcome !== null)
      throw new Error(`the host's outcome ${row.outcome} became ${change.outcome}`);
    this.#seq += 1;
    Object.assign(row, change, { seq: this.#seq });
  }

  #acknowledge(row: Hosted): void {
    if (row.state === "RESULTS_READY") row.state = "ACKED";
    if (row.state === "ACKED") this.#say({ kind: "acknowledged", attempt: row.attempt });
  }

  #renew(attempts: number[]): void {
    for (const attempt of attempts) {
      const row = this.rows.get(attempt);
      if (row?.outcome === null) row.leaseUntil = momentAt(this.#now + leaseTicks);
    }
  }

  #tell(after: number): void {
    const rows = [...this.rows.values()].filter(({ seq }) => seq > after).sort((one, other) => one.seq - other.seq);
    this.#say({ kind: "page", cursor: rows.at(-1)?.seq ?? after, events: rows.map((row) => answerOf(row)) });
  }

  #revoke(): void {
    if (this.#state === "REVOKED") return;
    this.#state = "REVOKED";
    for (const row of this.rows.values()) if (row.outcome === null) this.#stop(row, "REVOKED");
  }

  #stop(row: Hosted, outcome: StopReason | "REJECTED"): void {
    const state = stateWhileEnding(row, outcome);
    if (state) this.#change(row, { state });
    else this.#end(row, { outcome, exitCode: null });
    if (outcome !== "REJECTED") row.app.stopReason ??= outcome;
  }

  #end(row: Hosted, end: { outcome: string; exitCode: number | null }): void {
    const receipt = JSON.stringify({ attempt: row.attempt, ...end });
    this.#change(row, { state: "RESULTS_READY", ...end, receipt, endedAt: momentAt(this.#now) });
  }

  #moment(row: Hosted) {
    const { isHeld, isHubSilent } = this.#scenario;
    const isStale = isHubSilent && row.app.startedAt !== null;
    return {
      now: momentAt(this.#now),
      inputsMs: inputsTicks * 1000,
      isStale,
      isFresh: !isHeld,
      isPeerSuspended: false,
    };
  }

  #look(row: Hosted): void {
    const { terms } = this.#scenario;
    const due = dueEnd(row, terms, this.#moment(row));
    if (due) this.#stop(row, due.outcome);
    else if (row.app.startedAt !== null) this.#watch(row, row.app.startedAt);
    else if (row.state !== "RECEIVED") this.#begin(row);
  }

  #begin(row: Hosted): void {
    const { stopReason } = row.app;
    const bar = startBar(row, { state: this.#state, document: this.#scenario.terms }, this.#moment(row));
    if (stopReason) this.#end(row, { ...this.#exitOf(row, stopReason), exitCode: null });
    else if (!bar) this.#start(row);
    else if ("stop" in bar) this.#stop(row, bar.stop);
  }

  #start(row: Hosted): void {
    this.starts.set(row.attempt, (this.starts.get(row.attempt) ?? 0) + 1);
    row.app.startedAt = this.#now;
    this.#change(row, changeByStart(row, momentAt(this.#now)));
  }

  #app(row: Hosted) {
    const { apps } = this.#scenario;
    return apps[Math.min(row.attempt, apps.length) - 1] ?? { ticks: 1, exitCode: 0 };
  }

  #watch(row: Hosted, startedAt: number): void {
    const { stopReason } = row.app;
    const isOver = stopReason !== null || this.#now - startedAt >= this.#app(row).ticks;
    if (isOver) this.#end(row, this.#exitOf(row, stopReason));
  }

  #exitOf(row: Hosted, stopReason: string | null) {
    const exitCode = stopReason ? null : this.#app(row).exitCode;
    const times = { startedAt: row.startedAt, endedAt: momentAt(this.#now), cpuSeconds: 0 };
    const outcome = stopReason ? ("STOPPED" as const) : ("EXITED" as const);
    const exit = { ...times, outcome, stopReason, exitCode, signal: null, error: null };
    return { outcome: endingOf(exit, 1).outcome, exitCode };
  }
}
