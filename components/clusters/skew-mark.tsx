"use client";

import { useFormatter, useTranslations } from "next-intl";
import { LookMark } from "#components/marks/state-mark";

/** Beyond this either way a cluster gets no new grants. */
const MOST_SECONDS = 25;

export const isTooFar = (seconds: number | null) => seconds !== null && Math.abs(seconds) > MOST_SECONDS;

/** How far a cluster's clock is off, and whether that stops it. */
export function SkewMark({ seconds }: { seconds: number | null }) {
  const t = useTranslations("clusters");
  const format = useFormatter();
  if (seconds === null) return <span className="text-faint">–</span>;
  const text = t("skew", {
    seconds: format.number(seconds, { maximumFractionDigits: 1, signDisplay: "exceptZero" }),
  });
  if (!isTooFar(seconds)) return <span className="whitespace-nowrap">{text}</span>;
  return (
    <span className="inline-flex items-center gap-1.5 font-medium whitespace-nowrap text-warn" title={t("skewTooFar")}>
      <LookMark look="need" className="size-2.5" />
      {text}
      <span className="sr-only">{t("skewTooFar")}</span>
    </span>
  );
}
