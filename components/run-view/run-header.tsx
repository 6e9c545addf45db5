"use client";

import { useMutation } from "@tanstack/react-query";
import { RotateCcw, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { ClusterMark } from "#components/canvas/cluster-name";
import { StateChip } from "#components/marks/state-mark";
import { Duration } from "#components/marks/time";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import type { RunView } from "#server/protocol/run-view";
import { ConsentNotice, consentNeed } from "./consent-notice";
import { isEnded } from "./step-summary";
import { isOver, useRefreshRun, useRunPart } from "./use-run";

const headOf = (run: RunView) => ({
  title: run.title,
  number: run.number,
  state: run.state,
  home: run.home,
  reason: run.reason,
  createdAt: run.createdAt,
  startedAt: run.startedAt,
  endedAt: run.endedAt,
  done: run.steps.filter((step) => isEnded(step.state)).length,
  total: run.steps.length,
  consentUntil: run.consentUntil ?? null,
  consentNeed: consentNeed(run, new Date()),
});

/** What the run is, how it stands, and what can be done about it. */
export function RunHeader({ id }: { id: string }) {
  const t = useTranslations("runs.view");
  const say = useBilingual();
  const why = useReason();
  const head = useRunPart(id, headOf);
  if (!head) return null;
  return (
    <header className="border-b border-line bg-card">
      <div className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 px-5 py-2">
        <h1 className="min-w-0 text-[17px]">
          {say(head.title)} <span className="font-normal text-faint">#{head.number}</span>
        </h1>
        <span className="flex items-center gap-2" role="status">
          <StateChip kind="run" state={head.state} />
          <span className="numbers text-sm text-dim">{t("stepsDone", { done: head.done, total: head.total })}</span>
        </span>
        <span className="flex items-center gap-2 text-sm text-dim">
          {t("home")} <ClusterMark name={head.home} />
          <Duration from={head.startedAt ?? head.createdAt} to={head.endedAt} />
        </span>
        <span className="flex-1" />
        {isOver(head.state) ? null : <CancelButton id={id} />}
        {head.state === "FAILED" || head.state === "CANCELLED" ? <RetryButton id={id} /> : null}
      </div>
      {head.consentNeed && head.consentUntil ? (
        <ConsentNotice run={id} need={head.consentNeed} until={head.consentUntil} />
      ) : null}
      {head.reason ? (
        <Notice tone={head.state === "FAILED" ? "bad" : "warn"} className="mx-5 mb-3">
          {why(head.reason.code, head.reason.detail)}
        </Notice>
      ) : null}
    </header>
  );
}

function CancelButton({ id }: { id: string }) {
  const t = useTranslations("runs.view");
  const why = useReason();
  const tell = useTell();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => callApi<unknown>(`/api/v1/runs/${id}/cancel`, { method: "POST" }),
    onSuccess: () => tell(t("cancelSent")),
    onError: (error) => tell(why(codeOf(error)), "bad"),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <X aria-hidden="true" />
        {t("cancel")}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("cancelTitle")}
        confirm={t("cancelConfirm")}
        danger
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
      >
        <p className="pb-2 text-sm text-dim">{t("cancelMeaning")}</p>
      </ConfirmDialog>
    </>
  );
}

function RetryButton({ id }: { id: string }) {
  const t = useTranslations("runs.view");
  const why = useReason();
  const tell = useTell();
  const refresh = useRefreshRun(id);
  const retry = useMutation({
    mutationFn: () => callApi<unknown>(`/api/v1/runs/${id}/retry`, { method: "POST" }),
    onSuccess: () => refresh(),
    onError: (error) => tell(why(codeOf(error)), "bad"),
  });
  return (
    <Button look="go" busy={retry.isPending} onClick={() => retry.mutate()}>
      <RotateCcw aria-hidden="true" />
      {t("retry")}
    </Button>
  );
}
