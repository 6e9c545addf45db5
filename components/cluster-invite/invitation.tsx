"use client";

import { useQuery } from "@tanstack/react-query";
import { useNow, useTranslations } from "next-intl";
import { callApi } from "#components/api/call-api";
import { JoinSteps } from "#components/clusters/join-steps";
import { CopyButton, CopyField } from "#components/marks/copy-button";
import { useBilingual } from "#components/marks/words";
import { Notice } from "#components/ui/empty-state";
import type { ClusterRow } from "#server/protocol/portal-views";

export type Invitation = { name: string; joinToken: string; expiresAt: string; start: { script: string } };

const WATCH_MS = 2_000;

/** What is shown once: the token with its time, the commands that start a framework, and how far the joining has come. */
export function InvitationView({ invitation }: { invitation: Invitation }) {
  const t = useTranslations("clusters");
  const { script } = invitation.start;
  return (
    <div className="grid gap-4 pb-3">
      <div>
        <CopyField text={invitation.joinToken} label={t("copyToken")} />
        <Countdown to={invitation.expiresAt} />
      </div>
      <section aria-label={t("byHand")}>
        <div className="flex items-center justify-between gap-2">
          <h3 className="text-sm">{t("byHand")}</h3>
          <CopyButton text={script} label={t("copyScript")} />
        </div>
        <p className="mb-1.5 text-xs text-dim">{t("byHandText")}</p>
        <pre className="rounded-md border border-edge bg-soft p-2.5 font-mono text-xs break-all whitespace-pre-wrap">
          {script}
        </pre>
      </section>
      <Progress invitation={invitation} />
    </div>
  );
}

const twoDigits = (count: number) => String(count).padStart(2, "0");

function Countdown({ to }: { to: string }) {
  const t = useTranslations("clusters");
  const now = useNow({ updateInterval: 1000 });
  const seconds = Math.ceil((new Date(to).getTime() - now.getTime()) / 1000);
  if (seconds <= 0) return <Notice tone="warn">{t("tokenOver")}</Notice>;
  return (
    <p className="text-sm text-dim">
      {t("tokenLeft")}{" "}
      <span role="timer" className="numbers font-semibold text-ink">
        {Math.floor(seconds / 60)}:{twoDigits(seconds % 60)}
      </span>
    </p>
  );
}

/** Before the list is read anew the cluster has just been invited. */
const justInvited = (expiresAt: string) => ({
  state: "INVITED" as const,
  approvals: { operator: false, hub: false },
  invitationExpiresAt: expiresAt,
});

function Progress({ invitation: { name, expiresAt } }: { invitation: Invitation }) {
  const t = useTranslations("clusters.joining");
  const words = useBilingual();
  const now = useNow({ updateInterval: 1000 });
  const { data } = useQuery({
    queryKey: ["clusters"],
    queryFn: ({ signal }) => callApi<{ items: ClusterRow[] }>("/api/v1/clusters", { signal }),
    refetchInterval: WATCH_MS,
  });
  const row = data?.items.find((one) => one.name === name);
  const isIn = row !== undefined && row.state !== "INVITED" && row.state !== "PENDING";
  return (
    <section aria-label={t("label")} className="grid gap-2 border-t border-line pt-3">
      <JoinSteps row={row ?? justInvited(expiresAt)} now={now} />
      <p role="status" className="text-xs text-dim">
        {isIn ? t("active", { name: words(row.title) }) : t(row?.state === "PENDING" ? "pending" : "waitingText")}
      </p>
    </section>
  );
}
