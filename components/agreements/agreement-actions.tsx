"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import type { AgreementRow } from "#server/protocol/portal-views";

type Action = "withdraw" | "end" | "revoke" | "suspend" | "resume";

/** Taking back is one call, whoever does it and however far the agreement came. */
const VERB: Record<Action, string> = {
  withdraw: "revoke",
  end: "revoke",
  revoke: "revoke",
  suspend: "suspend",
  resume: "resume",
};
const isHarsh = (action: Action) => VERB[action] === "revoke";

/** What the reader may do about an agreement now, mildest first. */
function actionsFor(row: AgreementRow): Action[] {
  const takeBack: Action = row.mine ? (row.state === "REQUESTED" ? "withdraw" : "end") : "revoke";
  return [
    ...(row.mayResume ? (["resume"] as const) : []),
    ...(row.maySuspend ? (["suspend"] as const) : []),
    ...(row.mayRevoke ? [takeBack] : []),
  ];
}

/** Each asks once and says what will happen. */
export function AgreementActions({ row, clusterTitle }: { row: AgreementRow; clusterTitle: string }) {
  const t = useTranslations("agreements");
  const words = useBilingual();
  const [asking, setAsking] = useState<Action>();
  const [app, user] = [words(row.appTitle), words(row.user.name)];
  return (
    <span className="flex flex-wrap gap-1.5">
      {actionsFor(row).map((action) => (
        <Button
          key={action}
          look={isHarsh(action) ? "danger" : "plain"}
          size="sm"
          aria-label={`${t(`act.${action}`)}: ${app}, ${user}`}
          onClick={() => setAsking(action)}
        >
          {t(`act.${action}`)}
        </Button>
      ))}
      {asking ? (
        <Confirm
          id={row.id}
          action={asking}
          facts={{ app, user, cluster: clusterTitle }}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
    </span>
  );
}

type ConfirmProps = {
  id: string;
  action: Action;
  facts: { app: string; user: string; cluster: string };
  onClose: () => void;
};

function Confirm({ id, action, facts, onClose }: ConfirmProps) {
  const t = useTranslations("agreements");
  const tell = useTell();
  const reason = useReason();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () => callApi(`/api/v1/agreements/${id}/${VERB[action]}`, { method: "POST" }),
    onSuccess: async () => {
      onClose();
      tell(t(`ask.${action}.done`), "ok");
      await queries.invalidateQueries({ queryKey: ["agreements"] });
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t(`ask.${action}.title`)}
      confirm={t(`act.${action}`)}
      onConfirm={() => act.mutate()}
      busy={act.isPending}
      danger={isHarsh(action)}
    >
      <p className="pb-3">{t(`ask.${action}.text`, facts)}</p>
      {act.isError ? <Notice tone="bad">{reason(codeOf(act.error))}</Notice> : null}
    </ConfirmDialog>
  );
}
