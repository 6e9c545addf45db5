"use client";

import { useFormatter, useNow, useTranslations } from "next-intl";

/** Day and time on a 24-hour clock: the words for morning and afternoon differ between server and browser. */
const fullTime = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
} as const;

type TimeProps = { at: string; className?: string };

/** "3분 전", kept up to date, with the exact time on hover and for machines. */
export function RelativeTime({ at, className }: TimeProps) {
  const format = useFormatter();
  const now = useNow({ updateInterval: 10_000 });
  const time = new Date(at);
  return (
    <time
      dateTime={at}
      title={format.dateTime(time, { ...fullTime, second: "2-digit" })}
      className={className ?? "whitespace-nowrap"}
      suppressHydrationWarning
    >
      {format.relativeTime(time, { now: now < time ? time : now })}
    </time>
  );
}

/** A time still to come ("3일 후") or gone by. */
export function DueTime({ at, className }: TimeProps) {
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const time = new Date(at);
  return (
    <time
      dateTime={at}
      title={format.dateTime(time, fullTime)}
      className={className ?? "whitespace-nowrap"}
      suppressHydrationWarning
    >
      {format.relativeTime(time, now)}
    </time>
  );
}

/** Date and time in full. */
export function DateTime({ at, className }: TimeProps) {
  const format = useFormatter();
  return (
    <time dateTime={at} className={className ?? "numbers whitespace-nowrap"}>
      {format.dateTime(new Date(at), fullTime)}
    </time>
  );
}

type DurationWords = {
  key: "seconds" | "minutes" | "hours" | "days" | "minutesSeconds" | "hoursMinutes" | "daysHours";
} & Record<string, number | string>;

/** The two greatest units of a span; the second is left out when it is zero. */
export function durationWords(ms: number): DurationWords {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return { key: "seconds", count: seconds.toFixed(1) };
  if (seconds < 60) return { key: "seconds", count: Math.floor(seconds) };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return twoUnits("minutes", "seconds", minutes, Math.floor(seconds % 60));
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits("hours", "minutes", hours, minutes % 60);
  return twoUnits("days", "hours", Math.floor(hours / 24), hours % 24);
}

type Pair = ["minutes", "seconds"] | ["hours", "minutes"] | ["days", "hours"];
const pairKeys = { minutes: "minutesSeconds", hours: "hoursMinutes", days: "daysHours" } as const;

function twoUnits(great: Pair[0], small: Pair[1], first: number, second: number): DurationWords {
  return second === 0 ? { key: great, count: first } : { key: pairKeys[great], [great]: first, [small]: second };
}

/** A span of time in words, two units at most. */
export function useDurationText(): (ms: number) => string {
  const t = useTranslations("ui");
  return (ms) => {
    const { key, ...facts } = durationWords(ms);
    return t(key, facts);
  };
}

type DurationProps = { from: string; to: string | null; className?: string };

/** From one time to another, or to now while it lasts. */
export function Duration({ from, to, className }: DurationProps) {
  const now = useNow({ updateInterval: 1000 });
  const text = useDurationText();
  const end = to === null ? now.getTime() : new Date(to).getTime();
  return (
    <span className={className ?? "numbers whitespace-nowrap"} suppressHydrationWarning>
      {text(end - new Date(from).getTime())}
    </span>
  );
}
