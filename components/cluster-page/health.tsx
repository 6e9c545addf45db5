"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ReachedThrough } from "#components/clusters/reached-through";
import { SkewMark } from "#components/clusters/skew-mark";
import { Meter } from "#components/marks/meter";
import { StateChip } from "#components/marks/state-mark";
import { RelativeTime } from "#components/marks/time";
import { Card } from "#components/ui/card";
import type { ClusterRow } from "#server/protocol/portal-views";

/** What its last heartbeat said, and who let it in. */
export function Health({ row }: { row: ClusterRow }) {
  const t = useTranslations("clusters");
  const { slots: total, slotsUsed: used, approvals } = row;
  const isApproved = approvals.operator && approvals.hub;
  return (
    <Card className="p-4">
      <dl className="numbers grid grid-cols-1 gap-x-8 gap-y-2.5 text-sm sm:grid-cols-2 lg:grid-cols-3">
        <Fact name={t("page.state")}>
          <StateChip kind="cluster" state={row.state} />
        </Fact>
        <Fact name={t("column.heartbeat")}>
          {row.lastHeartbeatAt ? <RelativeTime at={row.lastHeartbeatAt} /> : t("noHeartbeat")}
        </Fact>
        <Fact name={t("column.skew")}>
          <SkewMark seconds={row.skewSeconds} />
        </Fact>
        <Fact name={t("slots")}>
          {total > 0 ? (
            <span className="flex items-center gap-2">
              <Meter used={used} limit={total} label={t("slotsLabel", { used, total })} className="w-20" />
              {t("usedOf", { used, total })}
            </span>
          ) : (
            "–"
          )}
        </Fact>
        <Fact name={t("queued")}>{row.queued}</Fact>
        <Fact name={t("hosted")}>{row.hosted}</Fact>
        <Fact name={t("column.version")}>{row.version ?? "–"}</Fact>
        <Fact name={t("page.runtime")}>{row.runtime ? t(`runtime.${row.runtime}`) : "–"}</Fact>
        <Fact name={t("page.approvals")}>{t(isApproved ? "page.approvedBy" : "page.notYet")}</Fact>
        <Fact name={t("page.gateway")}>
          {row.gateway === null ? t("page.noGateway") : <ReachedThrough gateway={row.gateway} />}
        </Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid min-w-0 grid-cols-[8rem_minmax(0,1fr)] items-baseline gap-2">
      <dt className="text-dim">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
