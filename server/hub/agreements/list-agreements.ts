import { limitTexts } from "#server/protocol/parameter-limits";
import type { AgreementRow } from "#server/protocol/portal-views";
import type { HubContext } from "../context";
import { countLiveAttempts } from "../grants/count-live-attempts";
import { may } from "../members/may";
import { isHubOperator } from "../members/member";
import { sumUsage } from "../usage/sum-usage";
import { nothingUsed, type UsageSum } from "../usage/usage";
import { type Agreement, isRevocable, shownState, suspendersOf } from "./agreement";
import { type ListedAgreement, listVisible } from "./agreements.repo";

type Ledger = { used: UsageSum; live: number };

/** What the reader may do about it now. */
function choicesOf(ctx: HubContext, agreement: Agreement) {
  const it = { memberId: agreement.memberId, cluster: agreement.host };
  const state = shownState(agreement, ctx.now());
  const holders = suspendersOf(agreement);
  const isLifted = holders.includes("operator") || (holders.includes("hub") && isHubOperator(ctx.user));
  return {
    mayRevoke: isRevocable(agreement.state) && state !== "EXPIRED" && may(ctx.user, "agreement.revoke", it),
    maySuspend: state === "ACTIVE" && may(ctx.user, "agreement.suspend", it),
    mayResume: state === "SUSPENDED" && isLifted && may(ctx.user, "agreement.resume", it),
  };
}

function rowOf(ctx: HubContext, { agreement, user, appTitle }: ListedAgreement, { used, live }: Ledger): AgreementRow {
  const { id, host, app, document } = agreement;
  return {
    id,
    app: `${host}/${app}`,
    appTitle: appTitle ?? { ko: app, en: app },
    cluster: host,
    user: { name: user },
    state: shownState(agreement, ctx.now()),
    purpose: agreement.purpose,
    expiresAt: agreement.expiresAt.toISOString(),
    runsUsed: agreement.runsUsed,
    runsLimit: document.budget.runs,
    budget: document.budget,
    parameterLimits: limitTexts(document.parameters),
    egress: document.egress ?? "any",
    used: { ...used, runs: agreement.runsUsed },
    live,
    refusal: agreement.refusal,
    createdAt: agreement.createdAt.toISOString(),
    mine: agreement.memberId === ctx.user.id,
    ...choicesOf(ctx, agreement),
  };
}

/** One's own agreements, and for operators those at their clusters. */
export async function listAgreements(ctx: HubContext): Promise<AgreementRow[]> {
  const hosts = ctx.user.roles.flatMap((role) => /^operator:(.+)$/.exec(role)?.[1] ?? []);
  const rows = await listVisible(ctx.db, { memberId: ctx.user.id, hosts, all: isHubOperator(ctx.user) });
  const ids = rows.map(({ agreement }) => agreement.id);
  const [sums, live] = await Promise.all([sumUsage(ctx.db, ids), countLiveAttempts(ctx.db, ids)]);
  return rows.map((row) => {
    const { id } = row.agreement;
    return rowOf(ctx, row, { used: sums.get(id) ?? nothingUsed, live: live.get(id) ?? 0 });
  });
}
