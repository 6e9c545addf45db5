"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { callApi } from "#components/api/call-api";
import type { Parameter } from "#server/graph/app";
import type { BuildView } from "#server/protocol/framework-api";

/** One answer about a build: its state and the log since the offset that was asked for. */
export type BuildAnswer = BuildView & { parameters: Parameter[] | null };

const KEEP_CHARACTERS = 400_000;
const WAIT_SECONDS = 20;
const PAUSE_MS = 250;

const isBuildOver = (state: BuildView["state"]) => state === "READY" || state === "FAILED";

/** Puts new lines behind the old ones and forgets the oldest of an endless log; an answer that comes twice adds nothing. */
export function withLog(before: BuildAnswer | undefined, answer: BuildAnswer): BuildAnswer {
  if (before && answer.logOffset <= before.logOffset)
    return { ...answer, log: before.log, logOffset: before.logOffset };
  return { ...answer, log: `${before?.log ?? ""}${answer.log}`.slice(-KEEP_CHARACTERS) };
}

/** Follows a build: each call waits at the cluster until something is new. */
export function useBuild(cluster: string, id: string) {
  const queries = useQueryClient();
  const queryKey = ["build", cluster, id];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const before = queries.getQueryData<BuildAnswer>(queryKey);
      const asked = `logOffset=${before?.logOffset ?? 0}&wait=${before ? WAIT_SECONDS : 0}`;
      return withLog(
        before,
        await callApi<BuildAnswer>(`/api/v1/clusters/${cluster}/builds/${id}?${asked}`, { signal }),
      );
    },
    refetchInterval: ({ state }) => (state.data && isBuildOver(state.data.state) ? false : PAUSE_MS),
    staleTime: 0,
  });
}
