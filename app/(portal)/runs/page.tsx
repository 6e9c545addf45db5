import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { RunList } from "#components/runs/run-list";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { listRuns } from "#server/hub/runs/list-runs";
import { runState } from "#server/protocol/states";

type Props = { searchParams: Promise<{ state?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("runs.list"))("title") };
}

export default async function RunsPage({ searchParams }: Props) {
  const [user, asked] = await Promise.all([requireUser(), searchParams]);
  const state = runState.safeParse(asked.state);
  const first = await listRuns(hubContext(user), state.success ? { state: state.data } : {});
  return <RunList first={first} state={state.success ? state.data : ""} />;
}
