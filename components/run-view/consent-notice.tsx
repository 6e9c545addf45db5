"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { callApi, codeOf, Refusal } from "#components/api/call-api";
import { DateTime } from "#components/marks/time";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import type { RunView } from "#server/protocol/run-view";
import { isOver, useRefreshRun } from "./use-run";

const WARN_MS = 3 * 86_400_000;

export type ConsentNeed = "ended" | "ends_soon" | "agreement_gone";

type Looked = Pick<RunView, "state" | "consentUntil"> & {
  steps: readonly Pick<RunView["steps"][number], "state" | "reason">[];
};

/** Why a person may want to consent once more; undefined while nothing asks for it. */
export function consentNeed({ state, consentUntil, steps }: Looked, now: Date): ConsentNeed | undefined {
  if (!consentUntil || state === "SUCCEEDED") return undefined;
  if (steps.some((step) => step.state === "WAITING_CONSENT")) return "ended";
  const isRefused = steps.some((step) => step.state === "FAILED" && step.reason?.code.startsWith("agreement."));
  if (isOver(state)) return isRefused ? "agreement_gone" : undefined;
  return Date.parse(consentUntil) - now.getTime() < WARN_MS ? "ends_soon" : undefined;
}

type Props = { run: string; need: ConsentNeed; until: string };

/** What a run waits for, or soon will, and the person's one act that lets it go on. */
export function ConsentNotice({ run, need, until }: Props) {
  const t = useTranslations("runs.consent");
  const why = useReason();
  const tell = useTell();
  const refresh = useRefreshRun(run);
  const renew = useMutation({
    mutationFn: () => callApi<unknown>(`/api/v1/runs/${run}/consent`, { method: "POST" }),
    onSuccess: async () => {
      tell(t("done"), "ok");
      await refresh();
    },
    onError: (error) => tell(why(codeOf(error), error instanceof Refusal ? error.detail : {}), "bad"),
  });
  return (
    <Notice tone="warn" className="mx-5 mb-3 flex flex-wrap items-center justify-between gap-2">
      <span className="min-w-0 flex-1 basis-72">
        {t(need)} {need === "ends_soon" ? <DateTime at={until} /> : null}
        <span className="block text-xs">{t("meaning")}</span>
      </span>
      <Button size="sm" look="go" busy={renew.isPending} onClick={() => renew.mutate()}>
        {t("renew")}
      </Button>
    </Notice>
  );
}
