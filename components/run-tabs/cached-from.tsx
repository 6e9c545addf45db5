"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { StepView } from "#server/protocol/run-view";

/** The earlier step whose results these are, with the way to its run. */
export function CachedFrom({ origin }: { origin: NonNullable<StepView["cachedFrom"]> }) {
  const t = useTranslations("runs.detail");
  const step = origin.index === null ? origin.step : `${origin.step} [${origin.index}]`;
  return (
    <Link href={`/runs/${origin.run}`} className="text-accent hover:underline">
      {t("cachedFromRun", { number: origin.number, step })}
    </Link>
  );
}
