"use client";

import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useState } from "react";
import { callApi } from "#components/api/call-api";
import { Kbd } from "#components/marks/kbd";
import { useBilingual } from "#components/marks/words";
import { cn } from "#components/ui/class-names";
import { Dialog } from "#components/ui/dialog";
import type { FindResults } from "#server/protocol/portal-views";
import { type Found, foundLines } from "./find-results";
import type { RoomGroup } from "./rooms";

/** The find field of the top bar; ⌘K or Ctrl+K opens it from anywhere. */
export function Find({ groups }: { groups: RoomGroup[] }) {
  const t = useTranslations("shell");
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-md border border-line bg-paper px-3 text-sm text-faint hover:border-edge md:max-w-[560px]"
      >
        <Search aria-hidden="true" className="size-4 shrink-0" />
        <span className="flex-1 truncate text-left">{t("find")}</span>
        <span className="max-sm:hidden">
          <Kbd>⌘ K</Kbd>
        </span>
      </button>
      <Dialog open={open} onOpenChange={setOpen} title={t("findTitle")} wide>
        <Palette groups={groups} onGo={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function useFound(q: string, groups: RoomGroup[]) {
  const t = useTranslations("shell");
  const pick = useBilingual();
  const asked = useDeferredValue(q.trim());
  const search = useQuery({
    queryKey: ["find", asked],
    queryFn: ({ signal }) => callApi<FindResults>(`/api/v1/find?q=${encodeURIComponent(asked)}`, { signal }),
    enabled: asked.length > 0,
    placeholderData: (before) => before,
  });
  const lines = foundLines(q, groups, search.data, {
    pick,
    room: (room) => t(room),
    allApps: (text) => t("findAllApps", { q: text }),
  });
  return { lines, searching: search.isFetching, failed: search.isError };
}

const groupNames = { pages: "findPages", apps: "findApps", workflows: "findWorkflows", runs: "findRuns" } as const;

function Palette({ groups, onGo }: { groups: RoomGroup[]; onGo: () => void }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const listId = useId();
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const { lines, searching, failed } = useFound(q, groups);
  const current = Math.min(at, lines.length - 1);
  const go = (line: Found | undefined) => {
    if (!line) return;
    onGo();
    router.push(line.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") go(lines[current]);
    else if (event.key === "ArrowDown") setAt((current + 1) % lines.length);
    else if (event.key === "ArrowUp") setAt((current - 1 + lines.length) % lines.length);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label={t("findPlaceholder")}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={lines[current] ? `${listId}-${current}` : undefined}
        autoComplete="off"
        placeholder={t("findPlaceholder")}
        value={q}
        onChange={(event) => {
          setQ(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className="h-10 w-full rounded-md border border-edge bg-paper px-3 text-base"
      />
      <div id={listId} role="listbox" aria-label={t("findTitle")} className="mt-2 max-h-[50dvh] overflow-y-auto">
        {lines.map((line, index) => (
          <Line
            key={line.key}
            id={`${listId}-${index}`}
            line={line}
            head={lines[index - 1]?.group === line.group ? undefined : t(groupNames[line.group])}
            chosen={index === current}
            onChoose={() => setAt(index)}
            onGo={() => go(line)}
          />
        ))}
      </div>
      <p role="status" className="flex justify-between py-2 text-xs text-faint">
        <span>
          {failed ? t("portalAway") : searching ? t("findSearching") : t("findCount", { count: lines.length })}
        </span>
        <span aria-hidden="true">{t("findHow")}</span>
      </p>
    </>
  );
}

type LineProps = {
  id: string;
  line: Found;
  head: string | undefined;
  chosen: boolean;
  onChoose: () => void;
  onGo: () => void;
};

function Line({ id, line, head, chosen, onChoose, onGo }: LineProps) {
  return (
    <>
      {head ? (
        <p role="presentation" className="px-2.5 pt-2 pb-0.5 text-xs font-semibold text-faint">
          {head}
        </p>
      ) : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above owns the keyboard */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={chosen}
        onPointerMove={onChoose}
        onClick={onGo}
        className={cn(
          "flex min-h-9 cursor-pointer items-center gap-2 rounded-sm px-2.5",
          chosen && "bg-accent-soft text-accent",
        )}
      >
        <span className="flex-1 truncate">{line.text}</span>
        <span className="truncate font-mono text-xs text-dim">{line.note}</span>
      </div>
    </>
  );
}
