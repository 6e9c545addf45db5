"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { callApi } from "#components/api/call-api";
import { ClusterChip } from "#components/marks/cluster-chip";
import { useBilingual } from "#components/marks/words";
import type { Bilingual } from "#server/graph/text";

export type ClusterItem = { name: string; title: Bilingual; state: string };

const FRESH_MS = 60_000;

/** The clusters as the hub lists them; names serve as titles until it answers. */
export function useClusters() {
  return useQuery({
    queryKey: ["clusters"],
    queryFn: ({ signal }) => callApi<{ items: ClusterItem[] }>("/api/v1/clusters", { signal }),
    select: (answer) => answer.items,
    staleTime: FRESH_MS,
  });
}

/** A cluster's title in the reader's language, or its name. */
export function useClusterTitle(): (name: string) => string {
  const { data } = useClusters();
  const say = useBilingual();
  return (name) => {
    const found = data?.find((cluster) => cluster.name === name);
    return found ? say(found.title) : name;
  };
}

export function ClusterMark({ name, children, className }: { name: string; children?: ReactNode; className?: string }) {
  const title = useClusterTitle();
  return (
    <ClusterChip name={name} title={title(name)} {...(className ? { className } : {})}>
      {children}
    </ClusterChip>
  );
}
