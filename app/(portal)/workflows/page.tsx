import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { WorkflowList } from "#components/workflows/workflow-list";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { listWorkflows } from "#server/hub/workflows/list-workflows";

type Props = { searchParams: Promise<{ q?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("workflows.list"))("title") };
}

export default async function WorkflowsPage({ searchParams }: Props) {
  const [user, asked] = await Promise.all([requireUser(), searchParams]);
  const q = typeof asked.q === "string" ? asked.q.trim() : "";
  return <WorkflowList first={await listWorkflows(hubContext(user), { q })} q={q} />;
}
