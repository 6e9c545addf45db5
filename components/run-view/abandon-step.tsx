"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf, Refusal } from "#components/api/call-api";
import { useClusterTitle } from "#components/canvas/cluster-name";
import { Checkbox } from "#components/form/checkbox";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import type { StepView } from "#server/protocol/run-view";
import { isEnded } from "./step-summary";
import { useRefreshRun } from "./use-run";

/** Nobody can say what became of this attempt: its host is silent, or does not know it. */
export function isLost({ state, proxy, reason }: StepView): boolean {
  if (isEnded(state) || proxy === null) return false;
  return state === "UNREACHABLE" || proxy.unreachableSince !== null || reason?.code === "hosted_run.not_found";
}

type Props = { run: string; step: StepView };

/** A person's way out of an attempt that cannot be asked for; only afterwards may another begin. */
export function AbandonStep({ run, step }: Props) {
  const t = useTranslations("runs.detail.abandon");
  const [asking, setAsking] = useState(false);
  return (
    <Notice tone="warn" className="flex flex-wrap items-center justify-between gap-2">
      <span className="min-w-0 flex-1 basis-56">{t("why")}</span>
      <Button size="sm" onClick={() => setAsking(true)}>
        {t("offer")}
      </Button>
      {asking ? <AbandonDialog run={run} step={step} onClose={() => setAsking(false)} /> : null}
    </Notice>
  );
}

function AbandonDialog({ run, step, onClose }: Props & { onClose: () => void }) {
  const t = useTranslations("runs.detail.abandon");
  const tell = useTell();
  const title = useClusterTitle();
  const refresh = useRefreshRun(run);
  const [isUnderstood, setUnderstood] = useState(false);
  const abandon = useMutation({
    mutationFn: () =>
      callApi<unknown>(`/api/v1/runs/${run}/steps/${encodeURIComponent(step.id)}/${step.index ?? 0}/abandon`, {
        method: "POST",
        body: { understood: "it_may_run_twice" },
      }),
    onSuccess: async () => {
      onClose();
      tell(t("done"), "ok");
      await refresh();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t("title")}
      actions={
        <>
          <Button onClick={onClose}>{t("wait")}</Button>
          <Button look="danger" disabled={!isUnderstood} busy={abandon.isPending} onClick={() => abandon.mutate()}>
            {t("confirm")}
          </Button>
        </>
      }
    >
      <div className="grid gap-2 pb-3 text-sm">
        <p className="font-semibold text-warn">{t("twice")}</p>
        <p>{t("text", { host: title(step.proxy?.host ?? step.cluster) })}</p>
        <p className="text-dim">{t("kept")}</p>
        <Checkbox checked={isUnderstood} onChange={setUnderstood} className="mt-1">
          {t("understood")}
        </Checkbox>
        {abandon.isError ? <Refused error={abandon.error} /> : null}
      </div>
    </Dialog>
  );
}

function Refused({ error }: { error: Error }) {
  const why = useReason();
  return <Notice tone="bad">{why(codeOf(error), error instanceof Refusal ? error.detail : {})}</Notice>;
}
