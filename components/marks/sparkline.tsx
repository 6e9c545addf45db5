"use client";

import { useTranslations } from "next-intl";

type Props = { days: number[]; className?: string };

/** Counts of the last days as bars, with the sum in words; draws nothing from nothing. */
export function Sparkline({ days, className }: Props) {
  const t = useTranslations("ui");
  const most = Math.max(...days, 0);
  if (most === 0) return null;
  const total = days.reduce((sum, count) => sum + count, 0);
  const bars = days.map((count, day) => ({
    key: `day-${day}`,
    x: day * 4,
    height: count === 0 ? 1 : 2 + (16 * count) / most,
  }));
  return (
    <svg
      role="img"
      aria-label={t("usageDays", { runs: total })}
      viewBox={`0 0 ${days.length * 4} 18`}
      preserveAspectRatio="none"
      className={className ?? "h-[18px] w-[120px]"}
    >
      {bars.map((bar) => (
        <rect key={bar.key} x={bar.x} y={18 - bar.height} width="3" height={bar.height} className="fill-accent/60" />
      ))}
    </svg>
  );
}
