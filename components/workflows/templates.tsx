"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { callApi } from "#components/api/call-api";
import { ClusterMark } from "#components/canvas/cluster-name";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Card, Section } from "#components/ui/card";
import { parseAppRef, type Workflow } from "#server/graph/workflow";
import { useCreateWorkflow } from "./new-workflow";

/** Ready workflows to copy and change; where the portal has none, nothing stands here. */
export function Templates() {
  const t = useTranslations("workflows.list");
  const { data } = useQuery({
    queryKey: ["workflow-templates"],
    queryFn: ({ signal }) => callApi<{ items: Workflow[] }>("/api/v1/workflows/templates", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (!data || data.items.length === 0) return null;
  return (
    <Section title={t("templates")} className="mt-8">
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {data.items.map((workflow) => (
          <Template key={workflow.title.en} workflow={workflow} />
        ))}
      </ul>
    </Section>
  );
}

function Template({ workflow }: { workflow: Workflow }) {
  const t = useTranslations("workflows.list");
  const say = useBilingual();
  const create = useCreateWorkflow();
  const clusters = [...new Set(Object.values(workflow.steps).map((step) => parseAppRef(step.app).cluster))];
  return (
    <li>
      <Card className="flex h-full flex-col gap-2 p-4">
        <h3 className="text-base font-semibold">{say(workflow.title)}</h3>
        <span className="flex flex-wrap gap-1">
          {clusters.map((cluster) => (
            <ClusterMark key={cluster} name={cluster} />
          ))}
        </span>
        <p className="flex-1 text-sm text-dim">{workflow.description ? say(workflow.description) : null}</p>
        <Button className="self-start" busy={create.isPending} onClick={() => create.mutate(workflow)}>
          {t("useTemplate")}
        </Button>
      </Card>
    </li>
  );
}
