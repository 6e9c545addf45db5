"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { codeOf } from "#components/api/call-api";
import { ParameterTable } from "#components/app-page/parameter-table";
import { Checkbox } from "#components/form/checkbox";
import { ClusterChip } from "#components/marks/cluster-chip";
import { StateChip } from "#components/marks/state-mark";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Page, PageHead, Section } from "#components/ui/card";
import { EmptyState, Notice } from "#components/ui/empty-state";
import { SkeletonRows } from "#components/ui/skeleton";
import { type BuildAnswer, useBuild } from "./build-stream";
import { PublishButton } from "./publish-button";

type Props = { cluster: string; clusterTitle: string; id: string };

/** One build as it happens, then what was read from it and the way into the market. */
export function BuildView({ cluster, clusterTitle, id }: Props) {
  const t = useTranslations("apps");
  const ui = useTranslations("ui");
  const reason = useReason();
  const build = useBuild(cluster, id);
  if (build.isPending) {
    return (
      <Page>
        <SkeletonRows label={ui("loading")} />
      </Page>
    );
  }
  if (!build.data) {
    const again = <Button onClick={() => build.refetch()}>{ui("tryAgain")}</Button>;
    return (
      <Page>
        <EmptyState tone="bad" title={reason(codeOf(build.error))} actions={again} />
      </Page>
    );
  }
  return (
    <Page>
      <nav aria-label={t("back")} className="mb-2 text-sm">
        <Link href="/apps" className="text-accent hover:underline">
          {t("back")}
        </Link>
      </nav>
      <PageHead title={build.data.app ?? t("buildOf", { cluster: clusterTitle })}>
        <ClusterChip name={cluster} title={clusterTitle} />
        <StateChip kind="build" state={build.data.state} />
      </PageHead>
      <div className="grid grid-cols-1 gap-6">
        {build.isError ? <Notice tone="warn">{t("away")}</Notice> : null}
        <Outcome build={build.data} />
        <Section title={t("log")}>
          <Log text={build.data.log} />
        </Section>
      </div>
    </Page>
  );
}

function Outcome({ build }: { build: BuildAnswer }) {
  const t = useTranslations("apps");
  const router = useRouter();
  if (build.state === "FAILED") return <Failed build={build} />;
  if (build.state !== "READY") return null;
  return (
    <>
      <Notice className="flex flex-wrap items-center gap-3">
        <span className="flex-1">{t("ready")}</span>
        {build.app ? <PublishButton app={build.app} look="go" onPublished={() => router.push("/apps")} /> : null}
      </Notice>
      <Section title={t("parametersTitle")}>
        <p className="mb-2 text-sm text-dim">{t("parametersText")}</p>
        <ParameterTable parameters={build.parameters ?? []} />
      </Section>
    </>
  );
}

function Failed({ build }: { build: BuildAnswer }) {
  const t = useTranslations("apps");
  const reason = useReason();
  const why = build.reason;
  const again = (
    <Button asChild look="go">
      <Link href="/apps">{t("again")}</Link>
    </Button>
  );
  return (
    <EmptyState tone="bad" title={t("failed")} actions={again}>
      {why ? <p>{reason(why.code, why.detail)}</p> : null}
      <p>{t("failedText")}</p>
    </EmptyState>
  );
}

function Log({ text }: { text: string }) {
  const t = useTranslations("apps");
  const [follow, setFollow] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves when the text grows
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, follow]);
  return (
    <div>
      <Checkbox checked={follow} onChange={setFollow} className="mb-1.5">
        {t("follow")}
      </Checkbox>
      <pre
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t("log")}
        className="h-[46dvh] min-h-56 overflow-auto rounded-lg bg-log p-4 font-mono text-xs leading-[1.65] break-words whitespace-pre-wrap text-log-ink"
      >
        {text || <span className="text-log-dim">{t("logEmpty")}</span>}
      </pre>
    </div>
  );
}
