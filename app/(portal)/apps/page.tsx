import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { MyApps } from "#components/apps/my-apps";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { inLanguage } from "#server/graph/text";
import { listClusters } from "#server/hub/clusters/list-clusters";
import { provides } from "#server/hub/members/member";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("apps"))("title") };
}

export default async function AppsPage() {
  const user = await requireUser();
  const [clusters, language] = await Promise.all([listClusters(hubContext(user)), getLocale()]);
  const mine = clusters
    .filter(({ name, state }) => state === "ACTIVE" && provides(user, name))
    .map(({ name, title }) => ({ name, title: inLanguage(title, language) }));
  return <MyApps clusters={mine} />;
}
