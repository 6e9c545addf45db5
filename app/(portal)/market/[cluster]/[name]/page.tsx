import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { AppPage } from "#components/app-page/app-page";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { KrdcError } from "#server/errors";
import { inLanguage } from "#server/graph/text";
import { listClusters } from "#server/hub/clusters/list-clusters";
import { getApp } from "#server/hub/market/get-app";

type Props = {
  params: Promise<{ cluster: string; name: string }>;
  searchParams: Promise<{ version?: string | string[] }>;
};

const findApp = cache(async (cluster: string, name: string, version: string | undefined) => {
  try {
    return await getApp(hubContext(await requireUser()), { cluster, name, ...(version ? { version } : {}) });
  } catch (error) {
    if (error instanceof KrdcError && error.kind === "not_found") return undefined;
    throw error;
  }
});

async function viewOf({ params, searchParams }: Props) {
  const [{ cluster, name }, { version }] = await Promise.all([params, searchParams]);
  const view = await findApp(cluster, name, typeof version === "string" ? version : undefined);
  return view ?? notFound();
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const [view, language] = await Promise.all([viewOf(props), getLocale()]);
  return { title: inLanguage(view.app.title, language), description: inLanguage(view.app.summary, language) };
}

export default async function AppDetailPage(props: Props) {
  const ctx = hubContext(await requireUser());
  const [view, clusters, language] = await Promise.all([viewOf(props), listClusters(ctx), getLocale()]);
  const named = clusters.map(({ name, title, state }) => ({ name, title: inLanguage(title, language), state }));
  const homes = named.filter(({ state }) => state === "ACTIVE").map(({ name, title }) => ({ name, title }));
  const clusterTitle = named.find(({ name }) => name === view.app.cluster)?.title ?? view.app.cluster;
  return <AppPage view={view} clusterTitle={clusterTitle} homes={homes} />;
}
