"use client";

import { createContext, useContext } from "react";
import { type TemporalState, temporal } from "zundo";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { Workflow } from "#server/graph/workflow";

type Edit = (workflow: Workflow) => Workflow;

export type DesignerState = {
  workflow: Workflow;
  /** Canvas keys: step ids, `inputs.NAME`, `outputs.NAME`. */
  chosen: ReadonlySet<string>;
  /** Edits with the same `burst` within a second are one undo step: typing into a field, dragging a node. */
  edit: (change: Edit, burst?: string) => void;
  choose: (keys: Iterable<string>) => void;
};

type History = Pick<DesignerState, "workflow">;

const BURST_MS = 1000;
const HISTORY_STEPS = 200;

/** One designer's state. The document is the truth; the canvas, the panel and the problem list are read from it. */
export function createDesignerStore(initial: Workflow, now: () => number = () => performance.now()) {
  let last = { burst: "", at: Number.NEGATIVE_INFINITY, left: initial };
  const store = createStore<DesignerState>()(
    temporal(
      (set, get) => ({
        workflow: initial,
        chosen: new Set<string>(),
        edit: (change, burst = "") => {
          const before = get().workflow;
          const workflow = change(before);
          if (workflow === before) return;
          const goesOn = burst !== "" && burst === last.burst && before === last.left && now() - last.at < BURST_MS;
          last = { burst, at: now(), left: workflow };
          const history = store.temporal.getState();
          if (goesOn) history.pause();
          set({ workflow });
          if (goesOn) history.resume();
        },
        choose: (keys) => set({ chosen: new Set(keys) }),
      }),
      {
        limit: HISTORY_STEPS,
        partialize: (state): History => ({ workflow: state.workflow }),
        equality: (before, after) => before.workflow === after.workflow,
      },
    ),
  );
  return store;
}

export type DesignerStore = ReturnType<typeof createDesignerStore>;

export const DesignerContext = createContext<DesignerStore | null>(null);

export function useDesignerStore(): DesignerStore {
  const store = useContext(DesignerContext);
  if (!store) throw new Error("the designer's parts stand inside its context");
  return store;
}

export function useDesigner<T>(select: (state: DesignerState) => T): T {
  return useStore(useDesignerStore(), select);
}

export function useHistory<T>(select: (history: TemporalState<History>) => T): T {
  return useStore(useDesignerStore().temporal, select);
}
