import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { MarketList } from "#components/market/market-list";
import { readMarketQuery } from "#components/market/market-query";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { inLanguage } from "#server/graph/text";
import { listClusters } from "#server/hub/clusters/list-clusters";
import { listApps } from "#server/hub/market/list-apps";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("market"))("title") };
}

export default async function MarketPage({ searchParams }: Props) {
  const user = await requireUser();
  const ctx = hubContext(user);
  const query = readMarketQuery(await searchParams);
  const [list, clusters, language] = await Promise.all([
    listApps(ctx, { ...query, cursor: query.cursor || null }),
    listClusters(ctx),
    getLocale(),
  ]);
  const clusterTitles = Object.fromEntries(clusters.map(({ name, title }) => [name, inLanguage(title, language)]));
  const mayRegister = user.roles.some((role) => role.startsWith("provider:"));
  return <MarketList query={query} list={list} clusterTitles={clusterTitles} mayRegister={mayRegister} />;
}
