import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ClusterBoard } from "#components/clusters/cluster-board";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { listClusters } from "#server/hub/clusters/list-clusters";
import { isHubOperator } from "#server/hub/members/member";

const OPERATOR = "operator:";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("clusters"))("title") };
}

export default async function ClustersPage() {
  const user = await requireUser();
  const rows = await listClusters(hubContext(user));
  const operated = user.roles.filter((role) => role.startsWith(OPERATOR)).map((role) => role.slice(OPERATOR.length));
  return <ClusterBoard rows={rows} isHubOperator={isHubOperator(user)} operated={operated} />;
}
