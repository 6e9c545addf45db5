"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect } from "react";
import { useReactFlow } from "reactflow";
import { layoutWorkflow } from "#components/canvas/layout-workflow";
import { FIT } from "#components/canvas/view";
import { removeKeys } from "#components/designer-panel/side-panel";
import { copySteps, pasteSteps, readClip } from "#components/document/clipboard";
import { disconnect } from "#components/document/connections";
import { moveNodes } from "#components/document/steps";
import { useTell } from "#components/ui/toast";
import { useDesignerFacts } from "./designer-facts";
import { useDesigner, useDesignerStore, useHistory } from "./designer-store";

const PASTE_SHIFT = { x: 40, y: 40 };
const NUDGE = 22;
const FIT_LATER_MS = 60;

const nudges: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -NUDGE, y: 0 },
  ArrowRight: { x: NUDGE, y: 0 },
  ArrowUp: { x: 0, y: -NUDGE },
  ArrowDown: { x: 0, y: NUDGE },
};

type Edges = { chosenEdge: string | undefined; onChooseEdge: (id: string | undefined) => void };

/** What can be done to the document as a whole; buttons and keys both call these. */
export function useCommands({ chosenEdge, onChooseEdge }: Edges) {
  const t = useTranslations("workflows");
  const store = useDesignerStore();
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  const { undo, redo } = useHistory((history) => history);
  const { apps, mayEdit } = useDesignerFacts();
  const { fitView } = useReactFlow();
  const tell = useTell();
  return {
    undo,
    redo,
    remove: () => {
      const { chosen } = store.getState();
      if (!mayEdit) return;
      if (chosenEdge !== undefined) {
        const link = linkOfEdge(chosenEdge);
        edit((now) => disconnect(now, link.from, link.target));
        onChooseEdge(undefined);
      } else if (chosen.size > 0) {
        edit((now) => removeKeys(now, chosen));
        choose([]);
      }
    },
    arrange: () => {
      edit((now) => ({ ...now, layout: layoutWorkflow(now, apps) }));
      setTimeout(() => fitView(FIT), FIT_LATER_MS);
    },
    copied: () => {
      const { workflow, chosen } = store.getState();
      const clip = copySteps(workflow, chosen);
      return Object.keys(clip.steps).length > 0 ? JSON.stringify(clip) : undefined;
    },
    paste: (text: string) => {
      const clip = readClip(text);
      if (!clip || !mayEdit) return false;
      const { workflow } = store.getState();
      const pasted = pasteSteps(workflow, clip, PASTE_SHIFT);
      edit(() => pasted.workflow);
      choose(pasted.ids);
      tell(t("pasted", { count: pasted.ids.length }));
      return true;
    },
    nudge: (key: string) => {
      const { workflow, chosen } = store.getState();
      const by = nudges[key];
      if (!by || !mayEdit) return;
      const moved = [...chosen].flatMap((id) => {
        const at = workflow.layout[id];
        return at ? [[id, { x: at.x + by.x, y: at.y + by.y }] as const] : [];
      });
      edit((now) => moveNodes(now, Object.fromEntries(moved)), "move");
    },
  };
}

export type Commands = ReturnType<typeof useCommands>;

/** An edge's id is `SOURCE>NODE.PORT`; a node may be `outputs.NAME`. */
function linkOfEdge(id: string) {
  const [from = "", to = ""] = id.split(">");
  const dot = to.lastIndexOf(".");
  return { from, target: { node: to.slice(0, dot), port: to.slice(dot + 1) } };
}

type Keys = Commands & { onAdd: () => void; onOpen: () => void };

/** The canvas's keys: a adds, Enter opens the panel, Delete removes, Alt and arrows move. */
export function canvasKey(event: KeyboardEvent, { onAdd, onOpen, remove, nudge }: Keys) {
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  const act = () => {
    if (event.altKey && event.key in nudges) return () => nudge(event.key);
    if (!plain) return undefined;
    if (event.key === "a") return onAdd;
    if (event.key === "Enter") return onOpen;
    return event.key === "Delete" || event.key === "Backspace" ? remove : undefined;
  };
  const found = act();
  if (!found || (event.key === "Enter" && event.target instanceof HTMLButtonElement)) return;
  event.preventDefault();
  found();
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Undo, redo, copy, cut and paste anywhere in the designer, except while a text is being written. */
export function useGlobalKeys({ undo, redo, copied, paste, remove }: Commands) {
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || isTyping(event.target)) return;
      event.preventDefault();
      if (event.shiftKey) redo();
      else undo();
    };
    const copy = (event: globalThis.ClipboardEvent) => {
      const text = isTyping(event.target) || hasSelectedText() ? undefined : copied();
      if (text === undefined) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") remove();
    };
    const insert = (event: globalThis.ClipboardEvent) => {
      if (!isTyping(event.target) && paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    const heard = new AbortController();
    const { signal } = heard;
    document.addEventListener("keydown", press, { signal });
    document.addEventListener("copy", copy, { signal });
    document.addEventListener("cut", copy, { signal });
    document.addEventListener("paste", insert, { signal });
    return () => heard.abort();
  });
}

const hasSelectedText = () => (window.getSelection()?.toString() ?? "") !== "";
