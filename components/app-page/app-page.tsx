"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { UsageLine } from "#components/market/app-card";
import { mayRun, PermissionChip } from "#components/market/permission-chip";
import { ClusterChip } from "#components/marks/cluster-chip";
import { CopyButton } from "#components/marks/copy-button";
import { StateChip } from "#components/marks/state-mark";
import { DateTime } from "#components/marks/time";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Card, Page, Section } from "#components/ui/card";
import { Chip } from "#components/ui/chip";
import { appPath } from "#server/graph/app";
import type { AppPage as View } from "#server/protocol/portal-views";
import { AddToWorkflow } from "./add-to-workflow";
import { AppFacts } from "./app-facts";
import { commandLine, scriptableWorkflow } from "./one-step-workflow";
import { ParameterTable } from "./parameter-table";
import { Readme } from "./readme";
import { RequestAccess } from "./request-access";
import { type Home, RunNow } from "./run-now";
import { VersionTable } from "./version-table";

type Props = { view: View; clusterTitle: string; homes: Home[] };

export function AppPage({ view, clusterTitle, homes }: Props) {
  const t = useTranslations("market");
  const { app, versions } = view;
  return (
    <Page>
      <nav aria-label={t("toMarket")} className="mb-2 text-sm">
        <Link href="/market" className="text-accent hover:underline">
          {t("toMarket")}
        </Link>
        <span className="text-faint"> / </span>
        <span className="font-mono text-xs text-dim">{appPath(app)}</span>
      </nav>
      <Head view={view} clusterTitle={clusterTitle} homes={homes} />
      <div className="mt-6 grid grid-cols-1 gap-7 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid grid-cols-1 content-start gap-7">
          <Section title={t("about")}>
            {app.readme.trim() ? <Readme text={app.readme} /> : <p className="text-dim">{t("noReadme")}</p>}
          </Section>
          <Section title={t("parameters")}>
            <ParameterTable parameters={app.parameters} />
          </Section>
          <Section title={t("versions")}>
            <VersionTable versions={versions} newest={versions[0]?.version ?? app.version} />
          </Section>
        </div>
        <aside className="grid grid-cols-1 content-start gap-4">
          <AppFacts app={app} permission={view.permission} />
          <HowTo view={view} home={homes[0]?.name ?? app.cluster} />
        </aside>
      </div>
    </Page>
  );
}

function Head({ view, clusterTitle, homes }: Props) {
  const words = useBilingual();
  const { app, permission, agreement, usage } = view;
  return (
    <header className="flex flex-wrap items-start justify-between gap-4">
      <div className="min-w-0 max-w-[72ch]">
        <h1 className="text-2xl">{words(app.title)}</h1>
        <p className="mt-1 text-lg text-dim">{words(app.summary)}</p>
        <div className="mt-2.5 flex flex-wrap items-center gap-2 text-xs text-faint">
          <ClusterChip name={app.cluster} title={clusterTitle} />
          <PermissionChip permission={permission} />
          <Chip className="font-mono">{app.version}</Chip>
          <UsageLine usage={usage} />
        </div>
        {agreement ? <AgreementLine agreement={agreement} /> : null}
      </div>
      <div className="flex flex-wrap gap-2">
        {mayRun(permission) ? <RunNow app={app} homes={homes} /> : null}
        {permission === "request" ? (
          <Ask app={app} clusterTitle={clusterTitle} isOpen={agreement?.state === "REQUESTED"} />
        ) : null}
        <AddToWorkflow app={app} />
      </div>
    </header>
  );
}

function Ask({ app, clusterTitle, isOpen }: { app: View["app"]; clusterTitle: string; isOpen: boolean }) {
  const t = useTranslations("market");
  if (!isOpen) return <RequestAccess app={app} clusterTitle={clusterTitle} />;
  return (
    <Button asChild size="lg">
      <Link href="/agreements">{t("requested")}</Link>
    </Button>
  );
}

function AgreementLine({ agreement }: { agreement: NonNullable<View["agreement"]> }) {
  const t = useTranslations("market");
  return (
    <p className="mt-2 flex flex-wrap items-center gap-2 text-sm text-dim">
      {t("agreement")}
      <StateChip kind="agreement" state={agreement.state} />
      {agreement.expiresAt ? <DateTime at={agreement.expiresAt} /> : null}
      <Link href="/agreements" className="text-accent hover:underline">
        {t("seeAgreement")}
      </Link>
    </p>
  );
}

function HowTo({ view, home }: { view: View; home: string }) {
  const t = useTranslations("market");
  const line = commandLine(view.app, home);
  const file = `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(scriptableWorkflow(view.app), null, 2))}`;
  return (
    <Card className="p-4 text-sm">
      <h2 className="mb-1 text-base">{t("howTo")}</h2>
      <p className="text-dim">
        {t("howToText")}{" "}
        <a href={file} download={`${view.app.name}.json`} className="text-accent underline underline-offset-2">
          {view.app.name}.json
        </a>
      </p>
      <div className="mt-2 flex items-start gap-1 rounded-md bg-soft p-2.5 font-mono text-xs">
        <code className="min-w-0 flex-1 break-words whitespace-pre-wrap">{line}</code>
        <CopyButton text={line} label={t("copyLine")} />
      </div>
    </Card>
  );
}
