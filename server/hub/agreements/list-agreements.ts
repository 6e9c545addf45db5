import type { AgreementRow } from "#server/protocol/portal-views";
import type { HubContext } from "../context";
import { may } from "../members/may";
import { isHubOperator } from "../members/member";
import { isRevocable, shownState } from "./agreement";
import { type ListedAgreement, listVisible } from "./agreements.repo";

function rowOf(ctx: HubContext, { agreement, user, appTitle }: ListedAgreement): AgreementRow {
  const { id, host, app, document } = agreement;
  const state = shownState(agreement, ctx.now());
  const isAlive = isRevocable(agreement.state) && state !== "EXPIRED";
  return {
    id,
    app: `${host}/${app}`,
    appTitle: appTitle ?? { ko: app, en: app },
    cluster: host,
    user: { name: user },
    state,
    purpose: agreement.purpose,
    expiresAt: agreement.expiresAt.toISOString(),
    runsUsed: agreement.runsUsed,
    runsLimit: document.maxRuns,
    createdAt: agreement.createdAt.toISOString(),
    mine: agreement.memberId === ctx.user.id,
    mayRevoke: isAlive && may(ctx.user, "agreement.revoke", { memberId: agreement.memberId, cluster: host }),
  };
}

/** One's own agreements, and for operators those at their clusters. */
export async function listAgreements(ctx: HubContext): Promise<AgreementRow[]> {
  const hosts = ctx.user.roles.flatMap((role) => /^operator:(.+)$/.exec(role)?.[1] ?? []);
  const rows = await listVisible(ctx.db, { memberId: ctx.user.id, hosts, all: isHubOperator(ctx.user) });
  return rows.map((row) => rowOf(ctx, row));
}
