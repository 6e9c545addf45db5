import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { ClusterPage } from "#components/cluster-page/cluster-page";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { inLanguage } from "#server/graph/text";
import { listAgreements } from "#server/hub/agreements/list-agreements";
import { listClusters } from "#server/hub/clusters/list-clusters";
import { listApps } from "#server/hub/market/list-apps";
import { isHubOperator } from "#server/hub/members/member";

const SHOWN_APPS = 60;

type Props = { params: Promise<{ name: string }> };

/** Every cluster that the reader may see, and this one among them; any other name is not found. */
const findCluster = cache(async (name: string) => {
  const user = await requireUser();
  const clusters = await listClusters(hubContext(user));
  const row = clusters.find((one) => one.name === name);
  if (!row) notFound();
  return { user, clusters, row };
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ row }, language] = await Promise.all([findCluster((await params).name), getLocale()]);
  return { title: inLanguage(row.title, language) };
}

export default async function OneClusterPage({ params }: Props) {
  const { name } = await params;
  const { user, clusters } = await findCluster(name);
  const ctx = hubContext(user);
  const [agreements, apps] = await Promise.all([
    listAgreements(ctx),
    listApps(ctx, { clusters: [name], limit: SHOWN_APPS }),
  ]);
  return (
    <ClusterPage
      key={name}
      name={name}
      clusters={clusters}
      agreements={agreements}
      apps={{ items: apps.items, total: apps.total }}
      isOperator={user.roles.includes(`operator:${name}`)}
      isHubOperator={isHubOperator(user)}
    />
  );
}
