"use client";

import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { ClusterMark } from "#components/canvas/cluster-name";
import { bytesText } from "#components/marks/bytes";
import { StateChip } from "#components/marks/state-mark";
import { DateTime, Duration, RelativeTime } from "#components/marks/time";
import { useReason } from "#components/marks/words";
import { CachedFrom } from "#components/run-tabs/cached-from";
import { FileLinks } from "#components/run-tabs/file-links";
import { Button } from "#components/ui/button";
import { useTell } from "#components/ui/toast";
import type { StepView } from "#server/protocol/run-view";
import { AbandonStep, isLost } from "./abandon-step";
import { isEnded } from "./step-summary";
import { useRefreshRun } from "./use-run";

type Props = { run: string; step: StepView };

/** Many ends are one state: this one has a word of its own. */
const tellsMore = (step: StepView): step is StepView & { end: NonNullable<StepView["end"]> } =>
  isEnded(step.state) && step.end !== null && step.end !== step.state;

/** One step run in full: why it stands where it stands, both sides of its proxy, its results. */
export function StepDetail({ run, step }: Props) {
  const t = useTranslations("runs.detail");
  const why = useReason();
  return (
    <div className="grid content-start gap-3 p-4 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <StateChip kind="step" state={step.state} />
        {tellsMore(step) ? <StateChip kind="end" state={step.end} /> : null}
        <ClusterMark name={step.cluster}>{t(`placement.${step.placement}`)}</ClusterMark>
        {step.startedAt ? <Duration from={step.startedAt} to={step.endedAt} /> : null}
        <span className="flex-1" />
        {step.state === "FAILED" || step.state === "CANCELLED" ? <RetryStep run={run} step={step} /> : null}
      </div>
      <Standing step={step} />
      {isLost(step) ? <AbandonStep run={run} step={step} /> : null}
      <dl className="numbers grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
        <Fact name={t("app")} mono>
          {step.app}
        </Fact>
        <Fact name={t("why")}>{why(step.placementReason)}</Fact>
        <Fact name={t("attempt")}>{step.attempt}</Fact>
        {step.exitCode === null ? null : <Fact name={t("exitCode")}>{step.exitCode}</Fact>}
        {step.readyAt ? (
          <Fact name={t("readyAt")}>
            <DateTime at={step.readyAt} />
          </Fact>
        ) : null}
        {step.cachedFrom ? (
          <Fact name={t("cachedFrom")}>
            <CachedFrom origin={step.cachedFrom} />
          </Fact>
        ) : null}
        {step.proxy ? <ProxyFacts proxy={step.proxy} /> : null}
      </dl>
      {step.outputs.length > 0 ? (
        <section aria-label={t("outputs")}>
          <h3 className="mb-1 text-sm font-semibold">{t("outputs")}</h3>
          <FileLinks run={run} files={step.outputs} />
        </section>
      ) : null}
    </div>
  );
}

/** Why it stands so: the reason it was given, else what its end or its state means. */
function Standing({ step }: { step: StepView }) {
  const t = useTranslations("runs.detail");
  const why = useReason();
  const meaning = tellsMore(step) ? t(`end.${step.end}`) : t(`state.${step.state}`);
  return (
    <p className={step.state === "FAILED" ? "text-bad" : "text-dim"}>
      {step.reason ? why(step.reason.code, step.reason.detail) : meaning}
    </p>
  );
}

function Fact({ name, mono = false, children }: { name: string; mono?: boolean; children: ReactNode }) {
  return (
    <>
      <dt className="text-dim">{name}</dt>
      <dd className={mono ? "min-w-0 font-mono text-xs leading-5 break-all" : "min-w-0"}>{children}</dd>
    </>
  );
}

function ProxyFacts({ proxy }: { proxy: NonNullable<StepView["proxy"]> }) {
  const t = useTranslations("runs.detail");
  return (
    <>
      <Fact name={t("proxy")} mono>
        {proxy.name}
      </Fact>
      <Fact name={t("host")}>
        <ClusterMark name={proxy.host} />
      </Fact>
      <Fact name={t("agreement")} mono>
        {proxy.agreementId ?? "–"}
      </Fact>
      <Fact name={t("grant")} mono>
        {proxy.grantId ?? "–"}
      </Fact>
      <Fact name={t("bytes")}>{t("bytesBoth", { out: bytesText(proxy.bytesOut), in: bytesText(proxy.bytesIn) })}</Fact>
      {proxy.unreachableSince ? (
        <Fact name={t("unreachable")}>
          <RelativeTime at={proxy.unreachableSince} />
        </Fact>
      ) : null}
    </>
  );
}

function RetryStep({ run, step }: Props) {
  const t = useTranslations("runs.detail");
  const why = useReason();
  const tell = useTell();
  const refresh = useRefreshRun(run);
  const retry = useMutation({
    mutationFn: () =>
      callApi<unknown>(`/api/v1/runs/${run}/steps/${encodeURIComponent(step.id)}/retry`, {
        method: "POST",
        body: step.index === null ? {} : { index: step.index },
      }),
    onSuccess: () => refresh(),
    onError: (error) => tell(why(codeOf(error)), "bad"),
  });
  return (
    <Button size="sm" busy={retry.isPending} onClick={() => retry.mutate()}>
      <RotateCcw aria-hidden="true" />
      {t("retry")}
    </Button>
  );
}
