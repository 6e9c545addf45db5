import { describe, expect, test } from "vitest";
import type { AgreementDocument, OwnerDecision } from "#server/protocol/agreement";
import {
  addUsage,
  lessUsage,
  noUsage,
  refusalOfBudget,
  refusalOfTerms,
  type Suspender,
  shownState,
  suspendersOf,
  suspensionAfter,
  untoldAfter,
} from "./agreement";
import type { Agreement } from "./agreements.repo";

const now = new Date("2026-01-01T00:00:00Z");
const at = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();
const limits = { cpuMillis: 500, memoryBytes: 1024, gpu: 1, durationSeconds: 60, outputBytes: 1000 };
const noBudget = { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null };
const document: AgreementDocument = {
  schema: "krdc.agreement/v2",
  id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  user: "pseudonym",
  organization: "organization",
  host: "host",
  hostKey: "key",
  app: "plot",
  digests: ["sha256:a"],
  maxConcurrent: 2,
  budget: noBudget,
  perRun: limits,
  onRevoke: "kill",
  onDisconnect: "hold",
  onHubSilent: "continue",
  notBefore: at(-1),
  expires: at(30),
};

describe("an agreement covers exactly its user, app, versions and sizes, now", () => {
  type Case = {
    given: string;
    document?: Partial<AgreementDocument>;
    state?: Agreement["state"];
    use?: object;
    want: string | undefined;
  };
  test.each<Case>([
    { given: "what was agreed", want: undefined },
    {
      given: "any version where all are agreed",
      document: { digests: "*" },
      use: { digest: "sha256:b" },
      want: undefined,
    },
    { given: "one that is asked for", state: "REQUESTED", want: "agreement.requested" },
    { given: "one without the hub's signature yet", state: "APPROVED", want: "agreement.awaits_hub" },
    { given: "suspended", state: "SUSPENDED", want: "agreement.suspended" },
    { given: "revoked", state: "REVOKED", want: "agreement.revoked" },
    { given: "rejected", state: "REJECTED", want: "agreement.refused" },
    { given: "not begun", document: { notBefore: at(1) }, want: "agreement.not_yet" },
    { given: "ending this very instant", document: { expires: at(0) }, want: "agreement.expired" },
    { given: "another user", use: { user: "other" }, want: "agreement.other_user" },
    { given: "another app", use: { app: "other" }, want: "agreement.other_app" },
    { given: "another version", use: { digest: "sha256:b" }, want: "agreement.other_version" },
    { given: "one milli-cpu too many", use: { limits: { ...limits, cpuMillis: 501 } }, want: "agreement.over_per_run" },
  ])("$given -> $want", ({ document: change, state = "ACTIVE", use, want }) => {
    const asked = { user: "pseudonym", app: "plot", digest: "sha256:a", limits, ...use };
    expect(refusalOfTerms({ state, document: { ...document, ...change } }, asked, now)?.reason).toBe(want);
  });

  test("what is too big is named, and only the wait for the hub's signature passes by itself", () => {
    const asked = { user: "pseudonym", app: "plot", digest: "sha256:a", limits: { ...limits, gpu: 2 } };
    expect(refusalOfTerms({ state: "ACTIVE", document }, asked, now)).toEqual({
      reason: "agreement.over_per_run",
      name: "gpu",
      isPassing: false,
    });
    expect(refusalOfTerms({ state: "APPROVED", document }, asked, now)?.isPassing).toBe(true);
    expect(refusalOfTerms({ state: "SUSPENDED", document }, asked, now)?.isPassing).toBe(false);
  });
});

describe("a budget is never exceeded by what was taken and what is set aside together", () => {
  // One attempt sets 30 cpu-seconds, 60 gpu-seconds and 1000 bytes aside.
  type Case = {
    given: string;
    budget: Partial<AgreementDocument["budget"]>;
    runsUsed?: number;
    used?: object;
    reserved?: object;
    isCounted?: boolean;
    gpu?: number;
    want: string | undefined;
  };
  test.each<Case>([
    { given: "no bound", budget: {}, used: { cpuSeconds: 1e9 }, runsUsed: 1e6, want: undefined },
    { given: "the last run", budget: { runs: 3 }, runsUsed: 2, want: undefined },
    { given: "one run too many", budget: { runs: 3 }, runsUsed: 3, want: "used runs" },
    { given: "another attempt of a counted run", budget: { runs: 3 }, runsUsed: 3, isCounted: true, want: undefined },
    { given: "all that is left", budget: { cpuSeconds: 90 }, used: { cpuSeconds: 60 }, want: undefined },
    {
      given: "a little more than is left",
      budget: { cpuSeconds: 90 },
      used: { cpuSeconds: 60.1 },
      want: "used cpuSeconds",
    },
    {
      given: "what only living runs hold",
      budget: { cpuSeconds: 90 },
      used: { cpuSeconds: 31 },
      reserved: { cpuSeconds: 30 },
      want: "reserved cpuSeconds",
    },
    { given: "more GPUs than ever", budget: { gpuSeconds: 59 }, want: "used gpuSeconds" },
    { given: "no GPU where none is left", budget: { gpuSeconds: 5 }, used: { gpuSeconds: 9 }, gpu: 0, want: undefined },
    { given: "bytes", budget: { outputBytes: 1999 }, used: { outputBytes: 1000 }, want: "used outputBytes" },
    {
      given: "one bound used and another held: the end that nothing mends",
      budget: { cpuSeconds: 40, outputBytes: 1500 },
      used: { outputBytes: 1000 },
      reserved: { cpuSeconds: 30 },
      want: "used outputBytes",
    },
  ])("$given -> $want", ({ budget, runsUsed = 0, used, reserved, isCounted = false, gpu = 1, want }) => {
    const spent = { runsUsed, used: { ...noUsage, ...used }, reserved: { ...noUsage, ...reserved } };
    const found = refusalOfBudget({ ...noBudget, ...budget }, spent, { isCounted, limits: { ...limits, gpu } });
    expect(found && `${found.reason.replace("agreement.budget_", "")} ${found.name}`).toBe(want);
    if (found) expect(found.isPassing).toBe(found.reason === "agreement.budget_reserved");
  });

  test("the total of an offer speaks with words of its own", () => {
    const spent = { runsUsed: 3, used: noUsage, reserved: noUsage };
    const found = refusalOfBudget({ ...noBudget, runs: 3 }, spent, { isCounted: false, limits }, "offer");
    expect(found?.reason).toBe("agreement.total_used");
  });
});

test("what is set aside and given back again leaves nothing", () => {
  const some = { cpuSeconds: 30, gpuSeconds: 60, outputBytes: 1000 };
  expect(lessUsage(addUsage(some, some), some)).toEqual(some);
});

describe("each lifts its own suspension only", () => {
  type Row = Pick<Agreement, "state" | "reason">;
  const active: Row = { state: "ACTIVE", reason: null };
  const by = (...who: Suspender[]): Row =>
    who.reduce<Row>((row, one) => suspensionAfter(row, one, true) ?? row, active);

  test.each<{ given: string; row: Row; who: Suspender; isSuspended: boolean; want: readonly Suspender[] | undefined }>([
    { given: "the owner suspends", row: active, who: "owner", isSuspended: true, want: ["owner"] },
    { given: "the hub too", row: by("owner"), who: "hub", isSuspended: true, want: ["owner", "hub"] },
    { given: "the hub lifts the owner's", row: by("owner"), who: "hub", isSuspended: false, want: undefined },
    { given: "the owner lifts the hub's", row: by("hub"), who: "owner", isSuspended: false, want: undefined },
    {
      given: "the hub lifts its part of both",
      row: by("owner", "hub"),
      who: "hub",
      isSuspended: false,
      want: ["owner"],
    },
    { given: "the owner lifts the last", row: by("owner"), who: "owner", isSuspended: false, want: [] },
    { given: "twice the same", row: by("hub"), who: "hub", isSuspended: true, want: undefined },
    {
      given: "a revoked one",
      row: { state: "REVOKED", reason: null },
      who: "owner",
      isSuspended: true,
      want: undefined,
    },
  ])("$given -> $want", ({ row, who, isSuspended, want }) => {
    const after = suspensionAfter(row, who, isSuspended);
    expect(after && suspendersOf(after)).toEqual(want);
    if (after) expect(after.state).toBe(want?.length === 0 ? "ACTIVE" : "SUSPENDED");
  });
});

describe("what the hub is told next", () => {
  const approved: OwnerDecision = { decision: "approved", document, hostSignature: "signature" };
  test.each<[string, OwnerDecision | null, OwnerDecision, OwnerDecision["decision"]]>([
    ["the newest word", { decision: "suspended" }, { decision: "resumed" }, "resumed"],
    ["an approval before a suspension", approved, { decision: "suspended" }, "approved"],
    ["an end before all", approved, { decision: "revoked" }, "revoked"],
    ["what was never said", null, { decision: "suspended" }, "suspended"],
  ])("%s", (_what, untold, next, want) => {
    expect(untoldAfter(untold, next).decision).toBe(want);
  });
});

test("a revoked agreement is REVOKING while anything runs under it, and one whose time is over is EXPIRED", () => {
  expect(shownState({ state: "REVOKED", document }, 1, now)).toBe("REVOKING");
  expect(shownState({ state: "REVOKED", document }, 0, now)).toBe("REVOKED");
  expect(shownState({ state: "ACTIVE", document: { ...document, expires: at(0) } }, 0, now)).toBe("EXPIRED");
});
