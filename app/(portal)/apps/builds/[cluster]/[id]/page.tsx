import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { BuildView } from "#components/apps/build-view";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { inLanguage } from "#server/graph/text";
import { listClusters } from "#server/hub/clusters/list-clusters";

type Props = { params: Promise<{ cluster: string; id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("apps"))("buildTitle") };
}

export default async function BuildPage({ params }: Props) {
  const [user, { cluster, id }, language] = await Promise.all([requireUser(), params, getLocale()]);
  const clusters = await listClusters(hubContext(user));
  const found = clusters.find(({ name }) => name === cluster);
  return <BuildView cluster={cluster} clusterTitle={found ? inLanguage(found.title, language) : cluster} id={id} />;
}
