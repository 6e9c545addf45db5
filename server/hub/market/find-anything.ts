import type { FindResults } from "#server/protocol/portal-views";
import type { HubContext } from "../context";
import { searchRuns } from "../runs/search-runs";
import { listWorkflows } from "../workflows/list-workflows";
import { listApps } from "./list-apps";
import { searchWords } from "./search";

const most = 6;

/** What a few letters name: apps, one's own workflows and runs. */
export async function findAnything(ctx: HubContext, { q }: { q: string }): Promise<FindResults> {
  const [first] = searchWords(q.trim().split(/\s+/).slice(0, 1).join(" "));
  if (!first) return { apps: [], workflows: [], runs: [] };
  const [apps, workflows, runs] = await Promise.all([
    listApps(ctx, { q, limit: most }),
    listWorkflows(ctx, { q, limit: most }),
    searchRuns(ctx, first.like, most),
  ]);
  return {
    apps: apps.items.map(({ cluster, name, title }) => ({ cluster, name, title })),
    workflows: workflows.items.map(({ id, title }) => ({ id, title })),
    runs: runs.map(({ id, number, title, state }) => ({ id, number, title, state })),
  };
}
