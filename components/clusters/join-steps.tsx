"use client";

import { useTranslations } from "next-intl";
import { LookMark } from "#components/marks/state-mark";
import { cn } from "#components/ui/class-names";
import type { ClusterRow } from "#server/protocol/portal-views";

export type Joining = Pick<ClusterRow, "state" | "approvals" | "invitationExpiresAt">;

/** Nobody can enrol any more with what was handed out. */
export const isVoid = ({ state, invitationExpiresAt }: Joining, now: Date): boolean =>
  state === "INVITED" && (invitationExpiresAt === null || new Date(invitationExpiresAt) <= now);

const STEPS = ["invited", "enrolled", "operator", "hub"] as const;

/** How many of the four steps are behind a cluster. */
function stepsDone({ state, approvals }: Joining): number {
  if (state === "INVITED") return 1;
  if (state !== "PENDING") return STEPS.length;
  return approvals.operator ? 3 : 2;
}

/** From the invitation to both approvals. */
export function JoinSteps({ row, now }: { row: Joining; now: Date }) {
  const t = useTranslations("clusters.joining");
  const done = stepsDone(row);
  const words = { ok: t("done"), run: t("waiting"), wait: t("waiting"), bad: t("over") };
  const lookOf = (at: number) => {
    if (at < done) return "ok";
    if (at > done) return "wait";
    return isVoid(row, now) ? "bad" : "run";
  };
  return (
    <ol aria-label={t("label")} className="grid gap-1.5 text-sm">
      {STEPS.map((step, at) => (
        <li
          key={step}
          aria-current={at === done ? "step" : undefined}
          className={cn("flex items-center gap-2", at > done && "text-dim")}
        >
          <LookMark look={lookOf(at)} />
          <span>{t(step)}</span>
          <span className="sr-only">{words[lookOf(at)]}</span>
        </li>
      ))}
    </ol>
  );
}
