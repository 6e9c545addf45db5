import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { Designer } from "#components/designer/designer";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { KrdcError } from "#server/errors";
import { inLanguage } from "#server/graph/text";
import { appRef } from "#server/graph/workflow";
import { getWorkflow } from "#server/hub/workflows/get-workflow";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ add?: string | string[] }> };

const findDraft = cache(async (id: string) => {
  try {
    return await getWorkflow(hubContext(await requireUser()), { id });
  } catch (error) {
    if (error instanceof KrdcError && (error.kind === "not_found" || error.kind === "invalid")) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [draft, language] = await Promise.all([findDraft((await params).id), getLocale()]);
  return { title: inLanguage(draft.document.title, language) };
}

export default async function WorkflowPage({ params, searchParams }: Props) {
  const [draft, asked] = await Promise.all([findDraft((await params).id), searchParams]);
  const add = appRef.safeParse(asked.add);
  return <Designer key={draft.id} draft={draft} add={add.success ? add.data : undefined} />;
}
