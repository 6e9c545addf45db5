"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNow, useTranslations } from "next-intl";
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
import { isVoid, JoinSteps } from "./join-steps";

/** Two groups of four, however they are separated; undefined when it is something else. */
export function lastGroups(text: string): string | undefined {
  const letters = text.toLowerCase().replace(/[\s·:-]/g, "");
  return /^[0-9a-f]{8}$/.test(letters) ? `${letters.slice(0, 4)} ${letters.slice(4)}` : undefined;
}

type Props = { row: ClusterRow; isOperator: boolean; isHubOperator: boolean; onInvite: () => void };
type Approve = { busy: boolean; mutate: (body: { fingerprint?: string }) => void };

/** A cluster on its way in: its operator proves it by the fingerprint, the hub operator agrees second. */
export function ApproveCard({ row, isOperator, isHubOperator, onInvite }: Props) {
  const t = useTranslations("clusters");
  const words = useBilingual();
  const tell = useTell();
  const queries = useQueryClient();
  const now = useNow({ updateInterval: 10_000 });
  const name = words(row.title);
  const approve = useMutation({
    mutationFn: (body: { fingerprint?: string }) =>
      callApi<{ state: string }>(`/api/v1/clusters/${row.name}/approve`, { method: "POST", body }),
    onSuccess: ({ state }) => tell(state === "ACTIVE" ? t("approved", { name }) : t("operatorDone"), "ok"),
    // Also a refusal changes it: the fifth wrong try voids the invitation.
    onSettled: () => queries.invalidateQueries({ queryKey: ["clusters"] }),
  });
  const asked = { busy: approve.isPending, mutate: approve.mutate };
  return (
    <Card className="grid gap-3 p-4">
      <h2 className="text-base">{t("joining.title", { name })}</h2>
      <JoinSteps row={row} now={now} />
      {row.state === "PENDING" ? (
        <Approvals row={row} isOperator={isOperator} isHubOperator={isHubOperator} approve={asked} />
      ) : (
        <p className="text-xs text-dim">{t(isVoid(row, now) ? "joining.expired" : "joining.waitingText")}</p>
      )}
      {approve.error ? <Refused error={approve.error} /> : null}
      {isHubOperator && isVoid(row, now) ? (
        <Button look="go" className="justify-self-start" onClick={onInvite}>
          {t("joining.again")}
        </Button>
      ) : null}
    </Card>
  );
}

type ApprovalsProps = Omit<Props, "onInvite"> & { approve: Approve };

function Approvals({ row, isOperator, isHubOperator, approve }: ApprovalsProps) {
  const t = useTranslations("clusters");
  const isChecked = row.approvals.operator;
  return (
    <>
      {isChecked ? null : (
        <>
          <p className="text-sm text-dim">{t("approveText")}</p>
          <p className="font-mono text-base tracking-wide">
            {row.fingerprintHead} <span className="whitespace-nowrap text-faint">____ ____</span>
          </p>
          <p className="text-xs text-dim">{t("approveHint")}</p>
        </>
      )}
      {isOperator && !isChecked ? (
        <OperatorForm busy={approve.busy} onApprove={(fingerprint) => approve.mutate({ fingerprint })} />
      ) : null}
      {isHubOperator ? (
        <div className="border-t border-line pt-3">
          <p className="mb-2 text-xs text-dim">{t(isChecked ? "operatorDone" : "hubNeedsOperator")}</p>
          <Button
            look={isChecked ? "go" : "plain"}
            disabled={!isChecked}
            busy={approve.busy}
            onClick={() => approve.mutate({})}
          >
            {t("hubApprove")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Refused({ error }: { error: Error }) {
  const t = useTranslations("clusters");
  const reason = useReason();
  const detail = error instanceof Refusal ? error.detail : {};
  return (
    <Notice tone="bad">
      {reason(codeOf(error), detail)}
      {typeof detail.left === "number" ? ` ${t("triesLeft", { left: detail.left })}` : ""}
    </Notice>
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
