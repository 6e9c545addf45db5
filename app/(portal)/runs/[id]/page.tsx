import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { RunView } from "#components/run-view/run-view";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { KrdcError } from "#server/errors";
import { inLanguage } from "#server/graph/text";
import { getRun } from "#server/hub/runs/get-run";

type Props = { params: Promise<{ id: string }> };

const findRun = cache(async (id: string) => {
  try {
    return await getRun(hubContext(await requireUser()), { id });
  } catch (error) {
    if (error instanceof KrdcError && (error.kind === "not_found" || error.kind === "invalid")) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [run, language] = await Promise.all([findRun((await params).id), getLocale()]);
  return { title: `${inLanguage(run.title, language)} #${run.number}` };
}

export default async function RunPage({ params }: Props) {
  const run = await findRun((await params).id);
  return <RunView key={run.id} initial={run} />;
}
