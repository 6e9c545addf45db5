"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { ReachedThrough } from "#components/clusters/reached-through";
import { SkewMark } from "#components/clusters/skew-mark";
import { ClusterChip } from "#components/marks/cluster-chip";
import { StateChip } from "#components/marks/state-mark";
import { useBilingual } from "#components/marks/words";
import { Section } from "#components/ui/card";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { AppList, ClusterRow } from "#server/protocol/portal-views";

/** What it offers in the market. */
export function ClusterApps({ name, apps }: { name: string; apps: Pick<AppList, "items" | "total"> }) {
  const t = useTranslations("clusters.page");
  const words = useBilingual();
  const more = (
    <Link href={`/market?cluster=${encodeURIComponent(name)}`} className="text-sm text-accent hover:underline">
      {t("allApps")}
    </Link>
  );
  return (
    <Section title={t("apps", { count: apps.total })} aside={apps.total > 0 ? more : null}>
      {apps.total === 0 ? (
        <p className="text-sm text-dim">{t("noApps")}</p>
      ) : (
        <ul className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-2 lg:grid-cols-3">
          {apps.items.map((app) => (
            <li key={app.name} className="min-w-0 truncate">
              <Link href={`/market/${app.cluster}/${app.name}`} className="font-medium hover:underline">
                {words(app.title)}
              </Link>{" "}
              <span className="font-mono text-xs text-faint">{app.version}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** The other members that the hub introduces to it. */
export function ClusterPeers({ rows }: { rows: ClusterRow[] }) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  return (
    <Section title={t("page.peers")}>
      <p className="mb-2 max-w-[72ch] text-xs text-dim">{t("page.peersWhy")}</p>
      {rows.length === 0 ? (
        <p className="text-sm text-dim">{t("page.noPeers")}</p>
      ) : (
        <Table label={t("page.peers")}>
          <thead>
            <tr>
              <Th>{t("column.cluster")}</Th>
              <Th>{t("column.state")}</Th>
              <Th>{t("column.skew")}</Th>
              <Th>{t("column.address")}</Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Tr key={row.name}>
                <Td>
                  <Link href={`/clusters/${row.name}`} className="hover:underline">
                    <ClusterChip name={row.name} title={words(row.title)} />
                  </Link>
                </Td>
                <Td>
                  <StateChip kind="cluster" state={row.state} />
                </Td>
                <Td>
                  <SkewMark seconds={row.skewSeconds} />
                </Td>
                <Td>{row.gateway === null ? null : <ReachedThrough gateway={row.gateway} />}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}
