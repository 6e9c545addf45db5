"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PermissionChip } from "#components/market/permission-chip";
import { CopyButton } from "#components/marks/copy-button";
import { DateTime, useDurationText } from "#components/marks/time";
import { useFieldWord } from "#components/marks/vocabulary";
import { Card } from "#components/ui/card";
import type { AppVersion } from "#server/graph/app";
import type { Permission } from "#server/protocol/portal-views";

type Props = { app: AppVersion; permission: Permission };

/** Who may run it where, and what it is made of. */
export function AppFacts({ app, permission }: Props) {
  const t = useTranslations("market");
  const duration = useDurationText();
  const field = useFieldWord();
  const { cpu, memory, gpu, durationSeconds } = app.resources;
  const resources = t("resourcesText", { cpu, memory, duration: duration(durationSeconds * 1000) });
  return (
    <Card className="p-4 text-sm">
      <h2 className="mb-2 text-base">{t("where")}</h2>
      <PermissionChip permission={permission} />
      <p className="mt-1.5 mb-3 text-dim">{t(`permissionText.${permission}`)}</p>
      <dl className="grid gap-2.5">
        <Fact name={t("remote")}>{t(`access.${app.access.remote}`)}</Fact>
        <Fact name={t("download")}>{t(`access.${app.access.download}`)}</Fact>
        <Fact name={t("licence")}>{app.licence || t("noLicence")}</Fact>
        {app.field ? <Fact name={t("field")}>{field(app.field)}</Fact> : null}
        <Fact name={t("resources")}>
          {resources}
          {gpu > 0 ? t("gpu", { count: gpu }) : ""}
        </Fact>
        <Fact name={t("published")}>{app.publishedAt ? <DateTime at={app.publishedAt} /> : t("notPublished")}</Fact>
        {app.sourceCommit ? (
          <Fact name={t("source")}>
            <span className="font-mono text-xs">{app.sourceCommit.slice(0, 40)}</span>
          </Fact>
        ) : null}
        <Fact name={t("digest")}>
          <span className="flex items-center font-mono text-xs">
            <span className="truncate" title={app.digest}>
              {app.digest.slice(0, 19)}…
            </span>
            <CopyButton text={app.digest} label={t("copyDigest", { version: app.version })} />
          </span>
        </Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[8.5rem_1fr] items-baseline gap-2">
      <dt className="text-dim">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
