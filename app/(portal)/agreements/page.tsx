import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { AgreementList } from "#components/agreements/agreement-list";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { inLanguage } from "#server/graph/text";
import { listAgreements } from "#server/hub/agreements/list-agreements";
import { listClusters } from "#server/hub/clusters/list-clusters";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("agreements"))("title") };
}

export default async function AgreementsPage({ searchParams }: Props) {
  const user = await requireUser();
  const ctx = hubContext(user);
  const [rows, clusters, language, { state }] = await Promise.all([
    listAgreements(ctx),
    listClusters(ctx),
    getLocale(),
    searchParams,
  ]);
  const hosts = Object.fromEntries(
    clusters.map(({ name, title, gateway }) => [name, { title: inLanguage(title, language), gateway }]),
  );
  const isOperator = user.roles.some((role) => role === "hub-operator" || role.startsWith("operator:"));
  return (
    <AgreementList
      rows={rows}
      isOperator={isOperator}
      hosts={hosts}
      state={typeof state === "string" ? state : undefined}
    />
  );
}
