"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { callApi, codeOf, Refusal } from "#components/api/call-api";
import { Field } from "#components/form/field";
import { Input } from "#components/form/input";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Card } from "#components/ui/card";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import type { ClusterRow } from "#server/protocol/portal-views";

type Props = { row: ClusterRow; isOperator: boolean; isHubOperator: boolean };

/** Two groups of four, however they are separated; undefined when it is something else. */
export function lastGroups(text: string): string | undefined {
  const letters = text.toLowerCase().replace(/[\s·:-]/g, "");
  return /^[0-9a-f]{8}$/.test(letters) ? `${letters.slice(0, 4)} ${letters.slice(4)}` : undefined;
}

/** A cluster that waits at the door: its operator proves by the fingerprint, the hub operator agrees second. */
export function ApproveCard({ row, isOperator, isHubOperator }: Props) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  const reason = useReason();
  const tell = useTell();
  const queries = useQueryClient();
  const name = words(row.title);
  const approve = useMutation({
    mutationFn: (body: { fingerprint?: string }) =>
      callApi(`/api/v1/clusters/${row.name}/approve`, { method: "POST", body }),
    onSuccess: async () => {
      tell(t("approved", { name }), "ok");
      await queries.invalidateQueries({ queryKey: ["clusters"] });
    },
  });
  const detail = approve.error instanceof Refusal ? approve.error.detail : {};
  return (
    <Card className="grid gap-3 p-4">
      <h2 className="text-base">{t("approveTitle", { name })}</h2>
      <p className="text-sm text-dim">{t("approveText")}</p>
      <p className="font-mono text-base tracking-wide">
        {row.fingerprintHead} <span className="whitespace-nowrap text-faint">____ ____</span>
      </p>
      <p className="text-xs text-dim">{t("approveHint")}</p>
      {isOperator ? (
        <OperatorForm busy={approve.isPending} onApprove={(fingerprint) => approve.mutate({ fingerprint })} />
      ) : null}
      {isHubOperator ? (
        <div className="border-t border-line pt-3">
          <p className="mb-2 text-xs text-dim">{t("hubApproveText")}</p>
          <Button busy={approve.isPending} onClick={() => approve.mutate({})}>
            {t("hubApprove")}
          </Button>
        </div>
      ) : null}
      {approve.isError ? <Notice tone="bad">{reason(codeOf(approve.error), detail)}</Notice> : null}
    </Card>
  );
}

function OperatorForm({ busy, onApprove }: { busy: boolean; onApprove: (fingerprint: string) => void }) {
  const t = useTranslations("clusters");
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const groups = lastGroups(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (groups && !busy) onApprove(groups);
  };
  return (
    <form onSubmit={submit} className="grid gap-2">
      <Field label={t("lastGroups")} help={t("lastGroupsHelp")} errors={tried && !groups ? [t("badGroups")] : []}>
        {(ids) => (
          <Input
            {...ids}
            value={text}
            onChange={(event) => setText(event.target.value)}
            maxLength={20}
            spellCheck={false}
            className="font-mono"
          />
        )}
      </Field>
      <Button type="submit" look="go" busy={busy} className="justify-self-start">
        {t("approve")}
      </Button>
    </form>
  );
}
