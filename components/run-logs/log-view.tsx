"use client";

import { ArrowDownToLine, Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { codeOf } from "#components/api/call-api";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/class-names";
import { useTell } from "#components/ui/toast";
import { linesInSight, shownLines } from "./log-window";
import { type LogPlace, readWholeLog, useStepLog } from "./use-step-log";

const LINE_PX = 20;

type Props = { place: LogPlace; title: string; knownBytes: number };

/** The live log of one attempt: follows the end until the reader scrolls away, finds text, downloads the whole. */
export function LogView({ place, title, knownBytes }: Props) {
  const t = useTranslations("runs.log");
  const why = useReason();
  const { log, failure } = useStepLog(place, knownBytes);
  const [follow, setFollow] = useState(true);
  const [text, setText] = useState("");
  const [saving, save] = useDownload(place);
  const lines = useMemo(() => shownLines(log), [log]);
  const hits = useMemo(() => {
    const wanted = text.toLowerCase();
    return wanted === "" ? undefined : lines.flatMap((line, at) => (line.toLowerCase().includes(wanted) ? [at] : []));
  }, [lines, text]);
  return (
    <section aria-label={t("label", { title })} className="flex min-h-0 min-w-0 flex-col bg-log text-log-ink">
      <header className="flex flex-wrap items-center gap-2 px-3 py-1.5 text-xs text-log-dim">
        <span className="min-w-0 flex-1 truncate" role="status">
          {failure === undefined ? (log.ended ? t("ended", { title }) : t("live", { title })) : why(codeOf(failure))}
        </span>
        <input
          type="search"
          value={text}
          aria-label={t("find")}
          placeholder={t("find")}
          onChange={(event) => setText(event.target.value)}
          className="h-7 w-36 rounded-md border border-log-dim/60 bg-transparent px-2 text-xs text-log-ink placeholder:text-log-dim"
        />
        {hits ? <span className="numbers">{t("hits", { count: hits.length })}</span> : null}
        <Button
          size="sm"
          look="quiet"
          aria-pressed={follow}
          className={cn("text-log-dim hover:bg-white/10 hover:text-log-ink", follow && "text-log-accent")}
          onClick={() => setFollow(!follow)}
        >
          <ArrowDownToLine aria-hidden="true" />
          {t("follow")}
        </Button>
        <Button
          size="sm"
          look="quiet"
          busy={saving}
          className="text-log-dim hover:bg-white/10 hover:text-log-ink"
          onClick={save}
        >
          <Download aria-hidden="true" />
          {t("download")}
        </Button>
      </header>
      <Lines lines={lines} hits={hits} follow={follow} onFollow={setFollow} skipped={log.droppedLines} />
    </section>
  );
}

/** Saves the whole log as it stands now, also what has left the page. */
function useDownload(place: LogPlace): [boolean, () => void] {
  const tell = useTell();
  const why = useReason();
  const [saving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    try {
      const anchor = document.createElement("a");
      anchor.href = URL.createObjectURL(await readWholeLog(place));
      anchor.download = `${place.step}-${place.index}-${place.attempt}.log`;
      anchor.click();
      URL.revokeObjectURL(anchor.href);
    } catch (error) {
      tell(why(codeOf(error)), "bad");
    }
    setSaving(false);
  };
  return [saving, () => void save()];
}

type LinesProps = {
  lines: readonly string[];
  /** Line numbers that hold the searched text; then only those are shown. */
  hits: readonly number[] | undefined;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  skipped: number;
};

/** Only the lines in sight are drawn, however long the log is. */
function Lines({ lines, hits, follow, onFollow, skipped }: LinesProps) {
  const t = useTranslations("runs.log");
  const box = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 400 });
  const count = hits ? hits.length : lines.length;
  const { from, to } = linesInSight(scroll, LINE_PX, count);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && follow && count >= 0) element.scrollTop = element.scrollHeight;
  }, [follow, count]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setScroll({ top: element.scrollTop, height: element.clientHeight });
    const watch = new ResizeObserver(look);
    watch.observe(element);
    look();
    return () => watch.disconnect();
  }, []);
  const scrolled = (element: HTMLDivElement) => {
    setScroll({ top: element.scrollTop, height: element.clientHeight });
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < LINE_PX;
    if (atEnd !== follow) onFollow(atEnd);
  };
  const visible = Array.from({ length: Math.max(0, to - from) }, (_, at) => hits?.[from + at] ?? from + at);
  return (
    <div
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-live="off"
      onScroll={(event) => scrolled(event.currentTarget)}
      className="min-h-0 flex-1 overflow-auto px-3 pb-2 font-mono text-xs"
    >
      {skipped > 0 ? <p className="text-log-dim">{t("skipped", { count: skipped })}</p> : null}
      {count === 0 ? <p className="text-log-dim">{hits ? t("nothingFound") : t("empty")}</p> : null}
      <div style={{ height: count * LINE_PX }} className="relative">
        {visible.map((line, at) => (
          <div
            key={line}
            style={{ top: (from + at) * LINE_PX, height: LINE_PX }}
            className="absolute left-0 flex min-w-full gap-3 leading-5 whitespace-pre"
          >
            <span className="numbers w-10 shrink-0 text-right text-log-dim select-none">{line + 1 + skipped}</span>
            <span>{lines[line]}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
