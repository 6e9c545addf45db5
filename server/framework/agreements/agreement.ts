import type { AgreementDocument, Budget, OwnerDecision } from "#server/protocol/agreement";
import { type Limits, overCeiling } from "#server/protocol/limits";
import type { AgreementState } from "#server/protocol/states";
import { reservationOf, type Usage } from "#server/protocol/usage";
import type { Agreement } from "./agreements.repo";

/** Why something is not covered; a passing refusal ends by itself, so that home asks again instead of giving up. */
export type Refusal = { reason: string; isPassing: boolean; name?: string };

const final = (reason: string, name?: string): Refusal => ({ reason, isPassing: false, ...(name ? { name } : {}) });
const passing = (reason: string, name?: string): Refusal => ({ ...final(reason, name), isPassing: true });

const refusalOfState: Record<Agreement["state"], Refusal | undefined> = {
  REQUESTED: final("agreement.requested"),
  APPROVED: passing("agreement.awaits_hub"),
  ACTIVE: undefined,
  SUSPENDED: final("agreement.suspended"),
  REVOKED: final("agreement.revoked"),
  REJECTED: final("agreement.refused"),
};

export type Asked = { user: string; app: string; digest: string; limits: Limits };

/** Why an agreement's terms do not cover this attempt now, whatever was used of it. */
export function refusalOfTerms(
  agreement: Pick<Agreement, "state"> & { document: AgreementDocument },
  asked: Asked,
  now: Date,
): Refusal | undefined {
  const { document } = agreement;
  const byState = refusalOfState[agreement.state];
  if (byState) return byState;
  if (Date.parse(document.notBefore) > now.getTime()) return final("agreement.not_yet");
  if (Date.parse(document.expires) <= now.getTime()) return final("agreement.expired");
  if (document.user !== asked.user) return final("agreement.other_user");
  if (document.app !== asked.app) return final("agreement.other_app");
  if (document.digests !== "*" && !document.digests.includes(asked.digest)) return final("agreement.other_version");
  const over = overCeiling(asked.limits, document.perRun);
  return over ? final("agreement.over_per_run", over) : undefined;
}

export const noUsage: Usage = { cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 };

export const addUsage = (one: Usage, other: Usage): Usage => ({
  cpuSeconds: one.cpuSeconds + other.cpuSeconds,
  gpuSeconds: one.gpuSeconds + other.gpuSeconds,
  outputBytes: one.outputBytes + other.outputBytes,
});

export const lessUsage = (one: Usage, other: Usage): Usage => ({
  cpuSeconds: one.cpuSeconds - other.cpuSeconds,
  gpuSeconds: one.gpuSeconds - other.gpuSeconds,
  outputBytes: one.outputBytes - other.outputBytes,
});

/** What was taken of a budget by ended attempts, and is set aside for living ones. */
export type Spent = Pick<Agreement, "runsUsed" | "used" | "reserved">;

export const sumOfSpent = (rows: readonly Spent[]): Spent =>
  rows.reduce(
    (sum, row) => ({
      runsUsed: sum.runsUsed + row.runsUsed,
      used: addUsage(sum.used, row.used),
      reserved: addUsage(sum.reserved, row.reserved),
    }),
    { runsUsed: 0, used: noUsage, reserved: noUsage },
  );

/** `isCounted`: an earlier attempt of the same step run has taken its run of the budget already. */
export type Wanted = { isCounted: boolean; limits: Limits };

const codes = {
  agreement: { used: "agreement.budget_used", reserved: "agreement.budget_reserved" },
  offer: { used: "agreement.total_used", reserved: "agreement.total_reserved" },
};

/** Why another attempt does not fit into a budget: for good, or only until living runs give back what they do not use. */
export function refusalOfBudget(
  budget: Budget,
  spent: Spent,
  wanted: Wanted,
  whose: keyof typeof codes = "agreement",
): Refusal | undefined {
  const code = codes[whose];
  if (!wanted.isCounted && budget.runs !== null && spent.runsUsed >= budget.runs) return final(code.used, "runs");
  const asked = Object.entries(reservationOf(wanted.limits)) as [keyof Usage, number][];
  const bounded = asked.flatMap(([name, amount]) => {
    const most = budget[name];
    return most === null || amount === 0 ? [] : [{ name, amount, left: most - spent.used[name] }];
  });
  const over = bounded.find(({ amount, left }) => amount > left);
  if (over) return final(code.used, over.name);
  const held = bounded.find(({ name, amount, left }) => amount > left - spent.reserved[name]);
  return held && passing(code.reserved, held.name);
}

export type Suspender = "owner" | "hub";

const suspenders: Record<string, readonly Suspender[]> = {
  "agreement.suspended_by_owner": ["owner"],
  "agreement.suspended_by_hub": ["hub"],
  "agreement.suspended_by_both": ["owner", "hub"],
};

/** Who suspended an agreement: each lifts its own suspension only. */
export const suspendersOf = ({ state, reason }: Pick<Agreement, "state" | "reason">): readonly Suspender[] =>
  state === "SUSPENDED" ? (suspenders[reason ?? ""] ?? ["owner"]) : [];

/** The same agreement with one party's suspension set or lifted; undefined when that changes nothing. */
export function suspensionAfter(
  agreement: Pick<Agreement, "state" | "reason">,
  who: Suspender,
  isSuspended: boolean,
): Pick<Agreement, "state" | "reason"> | undefined {
  const before = suspendersOf(agreement);
  const isStanding = agreement.state === "ACTIVE" || agreement.state === "SUSPENDED";
  if (!isStanding || before.includes(who) === isSuspended) return undefined;
  const after = isSuspended ? [...before, who] : before.filter((one) => one !== who);
  if (after.length === 0) return { state: "ACTIVE", reason: null };
  return { state: "SUSPENDED", reason: `agreement.suspended_by_${after.length > 1 ? "both" : after[0]}` };
}

/** What the hub is still to be told: an approval that it has not heard comes before any suspension, an end before all. */
export function untoldAfter(untold: OwnerDecision | null, next: OwnerDecision): OwnerDecision {
  const isPause = next.decision === "suspended" || next.decision === "resumed";
  return isPause && untold?.decision === "approved" ? untold : next;
}

/** Whether the owner ended it: then no standing offer gives it back by itself. */
export const wasTakenAway = (agreement: Pick<Agreement, "state" | "decidedBy"> | undefined) =>
  agreement?.state === "REVOKED" && (agreement.decidedBy ?? "").startsWith("operator");

/** The state as its owner sees it: what ran out is expired, and what still runs under a revoked one is named. */
export function shownState(agreement: Pick<Agreement, "state" | "document">, live: number, now: Date): AgreementState {
  if (agreement.state === "REVOKED") return live > 0 ? "REVOKING" : "REVOKED";
  if (agreement.state === "REJECTED") return "REJECTED";
  return Date.parse(agreement.document.expires) <= now.getTime() ? "EXPIRED" : agreement.state;
}
