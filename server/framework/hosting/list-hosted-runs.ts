import type { FrameworkContext } from "../context";
import { countLiveByAgreement, selectNewestRuns } from "./hosted-runs.repo";

/** One run of another home's as this host's owner sees it. */
export type HostedRunRow = {
  home: string;
  runKey: string;
  attempt: number;
  app: string;
  step: string;
  state: string;
  outcome: string | null;
  /** Why it ended so, or what a living one waits for. */
  reason: string | null;
  agreementId: string;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
};

const page = 500;

/** The newest hosted runs, living ones first. */
export async function listHostedRuns(ctx: FrameworkContext): Promise<HostedRunRow[]> {
  const rows = await selectNewestRuns(ctx.db, page);
  return rows.map((row) => ({
    home: row.home,
    runKey: row.runKey,
    attempt: row.attempt,
    app: row.request.app,
    step: row.request.step,
    state: row.state,
    outcome: row.outcome,
    reason: row.reason,
    agreementId: row.agreementId,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
  }));
}

/** How many hosted runs live under each agreement that has any. */
export async function countHostedRunsByAgreement(ctx: FrameworkContext): Promise<Map<string, number>> {
  return new Map((await countLiveByAgreement(ctx.db)).map(({ agreementId, live }) => [agreementId, live]));
}
