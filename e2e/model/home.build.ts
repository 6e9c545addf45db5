import { changeByAnswer, type RemoteAttempt, stepStateOf } from "#server/framework/exchange/remote-attempt";
import { afterAttempt } from "#server/framework/orchestrator/step-run";
import { proxyAttemptOf } from "#server/framework/proxies/proxy-view";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import { isStepOver, type Outcome, type StepState } from "#server/protocol/states";
import { mayMove } from "#server/protocol/transitions";
import { nextStep } from "#server/proxy/next-step";
import type { Net, ToHome, ToHost } from "./net.build";
import { momentAt, type Scenario } from "./scenario.build";

const every = { move: 3, events: 2, leases: 5, acknowledge: 6, ask: 11 };
const cancelPatience = 5;
const silenceTicks = 25;

const isOpen = (row: RemoteAttempt) => row.state === "WAITING_GRANT" || row.state === "SUBMITTING";

/** A home as its own rules make it, with memory for tables. */
export class ModelHome {
  readonly rows: RemoteAttempt[] = [];
  readonly acknowledged = new Set<number>();
  readonly step = { state: "READY" as StepState, attempt: 0, countedAttempts: 0, end: null as Outcome | null };
  isCancelRequested = false;
  readonly #net: Net;
  readonly #scenario: Scenario;
  #cursor = 0;
  #now = 0;
  #heardAt = 0;
  #toldCancelAt = Number.NEGATIVE_INFINITY;

  constructor(net: Net, scenario: Scenario) {
    this.#net = net;
    this.#scenario = scenario;
  }

  isOver(): boolean {
    const isTold = this.rows.every((row) => !row.receipt || this.acknowledged.has(row.attempt));
    return isStepOver(this.step.state) && isTold;
  }

  hear(said: ToHome): void {
    this.#heardAt = this.#now;
    if (said.kind === "acknowledged") this.acknowledged.add(said.attempt);
    else if (said.kind === "page") this.#hearPage(said.cursor, said.events);
    else if (said.kind === "answer") this.#hearAnswer(said.answer);
    else if (said.kind === "results") this.#settleFetched(said.attempt);
    else this.#hearRefusal(said.attempt, said.reason);
  }

  tick(now: number): void {
    this.#now = now;
    if (this.step.state === "READY") this.#begin();
    const live = this.rows.find((row) => row.state !== "ENDED");
    if (live) this.#cancelIfDue(live);
    if (live && live.state !== "ENDED") this.#lookAfter(live);
    if (now % every.acknowledge === 0) this.#acknowledge();
  }

  #say(said: ToHost): void {
    this.#net.send({ to: "host", said });
  }

  #begin(): void {
    this.step.attempt += 1;
    this.step.end = null;
    this.#note("WAITING_GRANT");
    const { runKey } = this.#scenario;
    const none = { outcome: null, waiting: null, exitCode: null, receipt: null, startedAt: null, grantId: null };
    const free = { unreachableSince: null, cancelRequestedAt: null, proxyGroup: "proxy-one", host: "host" };
    const row = { ...none, ...free, runKey, attempt: this.step.attempt, state: "WAITING_GRANT", hostSeq: -1 };
    this.rows.push(row as RemoteAttempt);
  }

  #lookAfter(row: RemoteAttempt): void {
    const isAway = row.unreachableSince === null && this.#now - this.#heardAt > silenceTicks;
    if (isAway && row.state !== "WAITING_GRANT") this.#move(row, { unreachableSince: momentAt(this.#now) });
    if (this.#now % every.events === 0) this.#say({ kind: "events", after: this.#cursor });
    if (this.#now % every.leases === 0 && row.hostSeq >= 0) this.#say({ kind: "leases", attempts: [row.attempt] });
    if (this.#now % every.ask === 0 && row.hostSeq >= 0) this.#say({ kind: "ask", attempt: row.attempt });
    if (this.#now % every.move === 0) this.#doNext(row);
  }

  #doNext(row: RemoteAttempt): void {
    const { attempt } = row;
    const next = nextStep(proxyAttemptOf(row), this.#now - this.#toldCancelAt < cancelPatience);
    if (next === "cancel") this.#toldCancelAt = this.#now;
    if (next === "submit") this.#submit(row);
    else if (next !== "watch") this.#say({ kind: next, attempt });
  }

  #submit(row: RemoteAttempt): void {
    if (row.state === "WAITING_GRANT") {
      // The hub is away for as long as the story wants its step to wait for it.
      if (this.#scenario.cancelAt === "WAITING_GRANT") return;
      this.#move(row, { state: "SUBMITTING", grantId: `grant ${row.attempt}` });
    }
    this.#say({ kind: "put", attempt: row.attempt, grantId: String(row.grantId) });
  }

  #cancelIfDue(row: RemoteAttempt): void {
    const { cancelAt, cancelAttempt = 1 } = this.#scenario;
    if (this.isCancelRequested || row.state !== cancelAt || row.attempt < cancelAttempt) return;
    this.isCancelRequested = true;
    row.cancelRequestedAt = momentAt(this.#now);
    this.#note("CANCELLING");
    if (row.state === "WAITING_GRANT") this.#settle(row, "CANCELLED", null);
  }

  #note(state: StepState): void {
    if (!mayMove("stepRun", this.step.state, state))
      throw new Error(`the step moved from ${this.step.state} to ${state}`);
    this.step.state = state;
  }

  #move(row: RemoteAttempt, change: Partial<RemoteAttempt> | undefined): void {
    if (!change || row.state === "ENDED") return;
    if (change.state && !mayMove("remoteAttempt", row.state, change.state))
      throw new Error(`home moved from ${row.state} to ${change.state}`);
    Object.assign(row, change);
    if (row.attempt === this.step.attempt) this.#note(this.isCancelRequested ? "CANCELLING" : stepStateOf(row));
  }

  #hearPage(cursor: number, events: HostedRunAnswer[]): void {
    for (const event of events) this.#hearAnswer(event);
    this.#cursor = cursor;
    for (const row of this.rows) if (row.unreachableSince) this.#move(row, { unreachableSince: null });
  }

  #hearAnswer(answer: HostedRunAnswer): void {
    const row = this.rows.find(({ attempt }) => attempt === answer.attempt);
    if (!row || row.state === "ENDED") return;
    this.#move(row, changeByAnswer(row, answer));
    if (row.state !== "SUBMITTING") return;
    // The host has it and waits for its files, unless it is to be cancelled.
    if (row.cancelRequestedAt) this.#say({ kind: "cancel", attempt: row.attempt });
    else if (this.#scenario.inputs === "come") this.#say({ kind: "input", attempt: row.attempt });
  }

  #hearRefusal(attempt: number, reason: string): void {
    const row = this.rows.find((one) => one.attempt === attempt);
    if (row && isOpen(row) && reason !== "hosted_run.not_found") this.#settle(row, "REJECTED", null);
  }

  #settleFetched(attempt: number): void {
    const row = this.rows.find((one) => one.attempt === attempt);
    if (row?.state !== "FETCHING" || !row.receipt) return;
    const receipt: { outcome: Outcome; exitCode: number | null } = JSON.parse(row.receipt);
    this.#settle(row, receipt.outcome, receipt.exitCode);
    this.#acknowledge();
  }

  #settle(row: RemoteAttempt, outcome: Outcome, exitCode: number | null): void {
    const policy = { attempts: this.#scenario.attempts, isCancelRequested: this.isCancelRequested };
    const next = afterAttempt(this.step, outcome, policy);
    this.#note(next.state);
    Object.assign(this.step, { countedAttempts: next.countedAttempts, end: outcome });
    if (row.outcome !== null) throw new Error(`home's outcome ${row.outcome} became ${outcome}`);
    Object.assign(row, { state: "ENDED", outcome, exitCode, unreachableSince: null });
  }

  #acknowledge(): void {
    for (const row of this.rows) {
      const isOwed = row.state === "ENDED" && row.receipt && !this.acknowledged.has(row.attempt);
      if (isOwed) this.#say({ kind: "acknowledge", attempt: row.attempt });
    }
  }
}
