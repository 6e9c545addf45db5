"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { InviteCluster } from "#components/cluster-invite/invite-cluster";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import type { AgreementRow, ClusterRow } from "#server/protocol/portal-views";
import { Loss } from "./loss";

type Action = "suspend" | "resume" | "leave" | "forbidKey";

const pathOf: Record<Action, string> = {
  suspend: "suspend",
  resume: "resume",
  leave: "leave",
  forbidKey: "forbid-key-change",
};

/** What the reader may do to a cluster now; only a known one can get a new key. */
function actionsFor(row: ClusterRow): Action[] {
  return [
    ...(row.mayResume ? (["resume"] as const) : []),
    ...(row.maySuspend ? (["suspend"] as const) : []),
    ...(row.mayForbidKey ? (["forbidKey"] as const) : []),
    ...(row.mayLeave ? (["leave"] as const) : []),
  ];
}

type Props = { row: ClusterRow; agreements: AgreementRow[]; isHubOperator: boolean };

/** Each asks once and says what will happen, and to whom. */
export function ClusterActions({ row, agreements, isHubOperator }: Props) {
  const t = useTranslations("clusters");
  const [asking, setAsking] = useState<Action | "replace">();
  const close = () => setAsking(undefined);
  const isKnown = row.state !== "INVITED" && row.state !== "PENDING";
  return (
    <>
      {actionsFor(row).map((action) => (
        <Button key={action} look={action === "leave" ? "danger" : "plain"} onClick={() => setAsking(action)}>
          {t(`act.${action}`)}
        </Button>
      ))}
      {isHubOperator && isKnown ? (
        <Button look="danger" onClick={() => setAsking("replace")}>
          {t("act.replace")}
        </Button>
      ) : null}
      {asking === "replace" ? (
        <InviteCluster
          open
          onOpenChange={(open) => open || close()}
          again={{ name: row.name, title: row.title, replace: true }}
        />
      ) : null}
      {asking && asking !== "replace" ? (
        <Confirm action={asking} row={row} agreements={agreements} onClose={close} />
      ) : null}
    </>
  );
}

type ConfirmProps = { action: Action; row: ClusterRow; agreements: AgreementRow[]; onClose: () => void };

function Confirm({ action, row, agreements, onClose }: ConfirmProps) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  const tell = useTell();
  const reason = useReason();
  const queries = useQueryClient();
  const name = words(row.title);
  const act = useMutation({
    mutationFn: () => callApi(`/api/v1/clusters/${row.name}/${pathOf[action]}`, { method: "POST" }),
    onSuccess: async () => {
      onClose();
      tell(t(`ask.${action}.done`, { name }), "ok");
      await Promise.all(["clusters", "agreements"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t(`ask.${action}.title`, { name })}
      confirm={t(`act.${action}`)}
      onConfirm={() => act.mutate()}
      busy={act.isPending}
      danger={action === "leave"}
    >
      <div className="grid gap-2 pb-3 text-sm">
        <p>{t(`ask.${action}.text`)}</p>
        {action === "resume" || action === "forbidKey" ? null : (
          <Loss row={row} agreements={agreements} isForGood={action === "leave"} />
        )}
        {act.isError ? <Notice tone="bad">{reason(codeOf(act.error))}</Notice> : null}
      </div>
    </ConfirmDialog>
  );
}
