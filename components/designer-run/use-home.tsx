"use client";

import { useCallback, useEffect, useMemo, useState } from "react";
import { useClusters } from "#components/canvas/cluster-name";
import type { AppsByReference } from "#components/canvas/graph-of-workflow";
import { usePerson } from "#components/shell/person";
import type { Workflow } from "#server/graph/workflow";
import { type HomeMemory, homeWithFewestRemote, NO_MEMORY, remember } from "./home-choice";

/** The home cluster: what this person chose for this workflow before, else the one with the fewest remote steps. */
export function useHome(
  id: string,
  workflow: Workflow,
  apps: AppsByReference,
): [string | undefined, (home: string) => void] {
  const key = `krdc.home.${usePerson().id}`;
  const { data: clusters } = useClusters();
  const [memory, setMemory] = useState(NO_MEMORY);
  useEffect(() => setMemory(readMemory(key)), [key]);
  const { steps } = workflow;
  const home = useMemo(() => {
    const homes = (clusters ?? []).filter(({ state }) => state === "ACTIVE").map(({ name }) => name);
    const chosen = memory.byWorkflow[id];
    if (chosen !== undefined && homes.includes(chosen)) return chosen;
    return homeWithFewestRemote({ ...UNTITLED, steps }, apps, homes, memory.last);
  }, [clusters, memory, id, steps, apps]);
  const setHome = useCallback(
    (next: string) => {
      const remembered = remember(readMemory(key), id, next);
      setMemory(remembered);
      writeMemory(key, remembered);
    },
    [key, id],
  );
  return [home, setHome];
}

const UNTITLED = {
  schema: "krdc.workflow/v1",
  title: { ko: "", en: "" },
  inputs: {},
  outputs: {},
  layout: {},
} as const;

/** A browser that keeps nothing, or something else under this name, is one that remembers nothing. */
function readMemory(key: string): HomeMemory {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(key) ?? "null");
    return isMemory(kept) ? kept : NO_MEMORY;
  } catch {
    return NO_MEMORY;
  }
}

const isMemory = (kept: unknown): kept is HomeMemory =>
  typeof kept === "object" && kept !== null && "byWorkflow" in kept && typeof kept.byWorkflow === "object";

function writeMemory(key: string, memory: HomeMemory): void {
  try {
    window.localStorage.setItem(key, JSON.stringify(memory));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
