"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { callApi } from "#components/api/call-api";
import type { RunDelta, RunView } from "#server/protocol/run-view";
import type { RunState } from "#server/protocol/states";
import { mergeRunDelta } from "./merge-run-delta";

const runKey = (id: string) => ["run", id] as const;

export const isOver = (state: RunState) => state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";

/** One part of the run, drawn again only when that part changed. */
export function useRunPart<T>(id: string, select: (run: RunView) => T, initial?: RunView): T | undefined {
  const { data } = useQuery({
    queryKey: runKey(id),
    queryFn: ({ signal }) => callApi<RunView>(`/api/v1/runs/${id}`, { signal }),
    select,
    staleTime: Number.POSITIVE_INFINITY,
    ...(initial ? { initialData: initial } : {}),
  });
  return data;
}

const REOPEN_MS = 3000;

/** Keeps the cached run live while it moves; where the stream is refused or lost, the run is read anew and followed again. */
export function useRunEvents(id: string, state: RunState): void {
  const client = useQueryClient();
  const over = isOver(state);
  useEffect(() => {
    if (over) return;
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(`/api/v1/runs/${id}/events`);
      source.onmessage = (event: MessageEvent<string>) => {
        const delta = JSON.parse(event.data) as RunDelta;
        client.setQueryData<RunView>(runKey(id), (run) => (run ? mergeRunDelta(run, delta) : run));
      };
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED) return;
        void client.refetchQueries({ queryKey: runKey(id) });
        timer = setTimeout(open, REOPEN_MS);
      };
    };
    open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [id, over, client]);
}

/** Reads the run anew, for example after a retry brought a finished one to life again. */
export function useRefreshRun(id: string): () => Promise<void> {
  const client = useQueryClient();
  return () => client.refetchQueries({ queryKey: runKey(id) });
}
