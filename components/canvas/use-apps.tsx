"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { callApi } from "#components/api/call-api";
import type { AppVersion } from "#server/graph/app";
import { parseAppRef, type Workflow } from "#server/graph/workflow";
import type { AppsByReference } from "./graph-of-workflow";

const newestFirst = (a: AppVersion, b: AppVersion) => (b.publishedAt ?? "").localeCompare(a.publishedAt ?? "");

/** Finds the answer's app version for each reference of the document; one without a version means the newest. */
export function appsByReference(references: readonly string[], items: readonly AppVersion[]): AppsByReference {
  const found = new Map<string, AppVersion>();
  for (const reference of references) {
    const { cluster, name, version, digest } = parseAppRef(reference);
    const fits = (app: AppVersion) =>
      app.cluster === cluster &&
      app.name === name &&
      (version === undefined || app.version === version) &&
      (digest === undefined || app.digest === digest);
    const app = items.filter(fits).sort(newestFirst)[0];
    if (app) found.set(reference, app);
  }
  return found;
}

const APPS_FRESH_MS = 300_000;

/** The app versions that the document names; those already known stay while new ones are fetched. */
export function useApps(workflow: Workflow): { apps: AppsByReference; loading: boolean } {
  const key = [...new Set(Object.values(workflow.steps).map((step) => step.app))].sort().join("\n");
  const references = useMemo(() => (key === "" ? [] : key.split("\n")), [key]);
  const { data, isPending } = useQuery({
    queryKey: ["apps-resolved", references],
    queryFn: ({ signal }) =>
      callApi<{ items: AppVersion[] }>("/api/v1/apps/resolve", { method: "POST", body: { apps: references }, signal }),
    enabled: references.length > 0,
    placeholderData: (before) => before,
    staleTime: APPS_FRESH_MS,
  });
  const apps = useMemo(() => appsByReference(references, data?.items ?? []), [references, data]);
  return { apps, loading: references.length > 0 && isPending };
}
