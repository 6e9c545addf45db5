"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Toast as Radix } from "radix-ui";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { Button } from "./button";
import { cn } from "./class-names";

type Tone = "plain" | "ok" | "bad";
type Note = { id: number; text: string; tone: Tone };
type Tell = (text: string, tone?: Tone) => void;

const TellContext = createContext<Tell>(() => {});

/** Tells the person something that just happened; it is announced to screen readers and goes by itself. */
export const useTell = () => useContext(TellContext);

const tones = { plain: "border-line", ok: "border-ok", bad: "border-bad" };
const KEEP_MS = 6000;

/** Stands once around the whole frame. */
export function ToastRegion({ children }: { children: ReactNode }) {
  const t = useTranslations("ui");
  const [notes, setNotes] = useState<Note[]>([]);
  const tell = useCallback<Tell>((text, tone = "plain") => {
    setNotes((now) => [...now.slice(-2), { id: (now.at(-1)?.id ?? 0) + 1, text, tone }]);
  }, []);
  const forget = useCallback((id: number) => setNotes((now) => now.filter((note) => note.id !== id)), []);
  const items = useMemo(
    () =>
      notes.map((note) => (
        <Radix.Root
          key={note.id}
          duration={KEEP_MS}
          type={note.tone === "bad" ? "foreground" : "background"}
          onOpenChange={(open) => !open && forget(note.id)}
          className={cn(
            "flex items-center gap-2 rounded-md border-l-4 bg-card py-1.5 pr-1.5 pl-3 shadow-md",
            tones[note.tone],
          )}
        >
          <Radix.Description className="flex-1 text-sm">{note.text}</Radix.Description>
          <Radix.Close asChild>
            <Button look="quiet" size="icon" aria-label={t("dismiss")}>
              <X aria-hidden="true" />
            </Button>
          </Radix.Close>
        </Radix.Root>
      )),
    [notes, forget, t],
  );
  return (
    <TellContext value={tell}>
      <Radix.Provider label={t("notices")}>
        {children}
        {items}
        <Radix.Viewport
          label={`${t("notices")} ({hotkey})`}
          className="fixed right-4 bottom-4 z-50 grid w-[min(360px,calc(100vw-2rem))] gap-2 max-md:bottom-20"
        />
      </Radix.Provider>
    </TellContext>
  );
}
