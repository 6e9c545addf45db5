"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi } from "#components/api/call-api";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { updateStep } from "#components/document/steps";
import { Select } from "#components/form/select";
import { type AppStep, parseAppRef } from "#server/graph/workflow";
import type { AppPage } from "#server/protocol/portal-views";

/** The app version of a step; the others are asked for when the choice is first touched. */
export function VersionChoice({ id, step }: { id: string; step: AppStep }) {
  const t = useTranslations("workflows.panel");
  const edit = useDesigner((state) => state.edit);
  const { apps, mayEdit } = useDesignerFacts();
  const [wanted, setWanted] = useState(false);
  const { cluster, name, version } = parseAppRef(step.app);
  const { data } = useQuery({
    queryKey: ["app", cluster, name],
    queryFn: ({ signal }) => callApi<Pick<AppPage, "versions">>(`/api/v1/apps/${cluster}/${name}`, { signal }),
    enabled: wanted,
  });
  const now = version ?? apps.get(step.app)?.version ?? "";
  const published = (data?.versions ?? []).filter((one) => one.state === "PUBLISHED").map((one) => one.version);
  const versions = published.includes(now) ? published : [now, ...published];
  return (
    <Select
      aria-label={t("version")}
      className="w-28 shrink-0"
      disabled={!mayEdit}
      value={now}
      choices={versions.map((one) => ({ value: one, label: one }))}
      onFocus={() => setWanted(true)}
      onPointerEnter={() => setWanted(true)}
      onChange={(next) =>
        edit((document) => updateStep(document, id, (one) => ({ ...one, app: `${cluster}/${name}@${next}` })))
      }
    />
  );
}
