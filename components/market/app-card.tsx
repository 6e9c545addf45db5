"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClusterChip } from "#components/marks/cluster-chip";
import { Sparkline } from "#components/marks/sparkline";
import { useBilingual } from "#components/marks/words";
import { Card } from "#components/ui/card";
import type { AppCard as App, Usage } from "#server/protocol/portal-views";
import { Highlighted } from "./highlighted";
import { PermissionChip } from "./permission-chip";

/** One app of the list: the whole card leads to its page. */
export function AppCard({ app, clusterTitle }: { app: App; clusterTitle: string | undefined }) {
  const t = useTranslations("market");
  const words = useBilingual();
  const found = app.highlights ?? [];
  return (
    <Card className="relative flex min-h-[172px] flex-col gap-2 p-4 hover:border-edge">
      <h2 className="text-[15px]">
        <Link href={`/market/${app.cluster}/${app.name}`} className="after:absolute after:inset-0 after:rounded-lg">
          <Highlighted text={words(app.title)} words={found} />
        </Link>
      </h2>
      <div className="flex flex-wrap gap-1.5">
        <ClusterChip name={app.cluster} title={clusterTitle} />
        <PermissionChip permission={app.permission} />
      </div>
      <p className="line-clamp-3 flex-1 text-sm text-dim">
        <Highlighted text={words(app.summary)} words={found} />
      </p>
      <div className="flex items-end gap-2.5 text-xs text-faint">
        <UsageLine usage={app.usage} />
        <span className="ml-auto font-mono whitespace-nowrap" title={app.licence || t("noLicence")}>
          {app.version}
        </span>
      </div>
    </Card>
  );
}

/** Real counts, or the plain word that there are none. */
export function UsageLine({ usage }: { usage: Usage | null }) {
  const t = useTranslations("market");
  if (!usage || usage.runs === 0) return <span>{t("neverRun")}</span>;
  const percent = Math.floor((1000 * usage.succeeded) / usage.runs) / 10;
  return (
    <>
      <Sparkline days={usage.days} className="h-[18px] w-[60px] shrink-0" />
      <span className="numbers min-w-0 truncate">{t("usage", { runs: usage.runs, percent })}</span>
    </>
  );
}
