import { describe, expect, test } from "vitest";
import type { AgreementDocument } from "#server/protocol/agreement";
import type { Agreement } from "../agreements/use-agreement";
import { dueEnd, startBar } from "./due-end";
import type { HostedRun } from "./hosted-run";

const now = new Date("2026-01-01T00:00:00Z");
const later = (ms: number) => new Date(now.getTime() + ms);
const hour = 3_600_000;
const row: Pick<HostedRun, "state" | "createdAt" | "leaseUntil"> = {
  state: "QUEUED",
  createdAt: later(-hour),
  leaseUntil: later(1),
};
const terms = { onDisconnect: "hold" as const, onHubSilent: "continue" as const };
const at = { now, inputsMs: hour, isStale: false };

type Row = Partial<typeof row>;
type Terms = Partial<Pick<AgreementDocument, "onDisconnect" | "onHubSilent">>;

describe("a living hosted run ends by the clock only where its agreement, or its emptiness, says so", () => {
  const killing: Terms = { onDisconnect: "kill" };
  const silent: Terms = { onHubSilent: "kill" };
  test.each<{ given: string; row?: Row; terms?: Terms; isStale?: boolean; want: string | undefined }>([
    { given: "a living lease", terms: killing, want: undefined },
    { given: "a lease that ends this instant, hold", row: { leaseUntil: now }, want: undefined },
    { given: "a lease that ends this instant, kill", row: { leaseUntil: now }, terms: killing, want: "LEASE_EXPIRED" },
    { given: "no lease ever, kill", row: { leaseUntil: null }, terms: killing, want: "LEASE_EXPIRED" },
    {
      given: "running, kill",
      row: { state: "RUNNING", leaseUntil: later(-1) },
      terms: killing,
      want: "LEASE_EXPIRED",
    },
    { given: "a silent hub, continue", isStale: true, want: undefined },
    { given: "a silent hub, kill", isStale: true, terms: silent, want: "AUTHORIZATION_STALE" },
    { given: "a hub that is heard, kill", terms: silent, want: undefined },
    { given: "inputs missing for their whole time", row: { state: "RECEIVED" }, want: "REJECTED" },
    { given: "a little less", row: { state: "RECEIVED", createdAt: later(1 - hour) }, want: undefined },
    { given: "all inputs here for a long time", row: { createdAt: later(-9 * hour) }, want: undefined },
    {
      given: "one that is being cancelled already",
      row: { state: "CANCELLING", leaseUntil: null },
      terms: killing,
      want: undefined,
    },
    {
      given: "one that is being ended already",
      row: { state: "REVOKING" },
      isStale: true,
      terms: silent,
      want: undefined,
    },
  ])("$given -> $want", ({ row: change, terms: other, isStale = false, want }) => {
    expect(dueEnd({ ...row, ...change }, { ...terms, ...other }, { ...at, isStale })?.outcome).toBe(want);
  });
});

describe("nothing begins without a living lease, a fresh word of the hub and a standing agreement", () => {
  type Moment = Partial<{ isFresh: boolean; isStale: boolean; isPeerSuspended: boolean }>;
  type Case = {
    given: string;
    state?: Agreement["state"];
    row?: Row;
    terms?: Terms & { expires?: string };
    moment?: Moment;
    want: string | undefined;
  };
  test.each<Case>([
    { given: "everything as it should be", want: undefined },
    { given: "revoked", state: "REVOKED", want: "stop REVOKED agreement.revoked" },
    { given: "out of time", terms: { expires: now.toISOString() }, want: "stop REVOKED agreement.expired" },
    { given: "suspended", state: "SUSPENDED", want: "wait agreement.suspended" },
    {
      given: "suspended and out of time",
      state: "SUSPENDED",
      terms: { expires: now.toISOString() },
      want: "stop REVOKED agreement.expired",
    },
    { given: "not countersigned", state: "APPROVED", want: "wait agreement.awaits_hub" },
    { given: "after the lease, hold", row: { leaseUntil: now }, want: "wait hosted_run.lease_ended" },
    {
      given: "after the lease, kill",
      row: { leaseUntil: now },
      terms: { onDisconnect: "kill" },
      want: "stop LEASE_EXPIRED hosted_run.lease_ended",
    },
    { given: "a word that is too old", moment: { isFresh: false, isStale: true }, want: "wait hosted_run.hub_silent" },
    { given: "no word yet since we began", moment: { isFresh: false }, want: "wait hosted_run.hub_silent" },
    {
      given: "no word yet, kill",
      moment: { isFresh: false },
      terms: { onHubSilent: "kill" },
      want: "wait hosted_run.hub_silent",
    },
    {
      given: "a word that is too old, kill",
      moment: { isFresh: false, isStale: true },
      terms: { onHubSilent: "kill" },
      want: "stop AUTHORIZATION_STALE hosted_run.hub_silent",
    },
    { given: "a suspended home", moment: { isPeerSuspended: true }, want: "wait hosted_run.home_suspended" },
  ])("$given -> $want", ({ state = "ACTIVE", row: change, terms: other, moment, want }) => {
    const document = { ...terms, expires: later(hour).toISOString(), ...other } as AgreementDocument;
    const when = { ...at, isFresh: true, isPeerSuspended: false, ...moment };
    const bar = startBar({ ...row, ...change }, { state, document }, when);
    expect(bar && ("wait" in bar ? `wait ${bar.wait}` : `stop ${bar.stop} ${bar.reason}`)).toBe(want);
  });
});
