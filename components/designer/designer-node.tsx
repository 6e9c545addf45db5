"use client";

import { Split } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo } from "react";
import type { NodeProps } from "reactflow";
import type { StepNode } from "#components/canvas/graph-of-workflow";
import { StepCard } from "#components/canvas/step-card";
import { LookMark } from "#components/marks/state-mark";
import { Chip } from "#components/ui/chip";
import { useDesignerFacts } from "./designer-facts";

/** A step on the designer's canvas: whether it is fine, and where it would run. */
function Step({ id, data, selected }: NodeProps<StepNode>) {
  const t = useTranslations("workflows.node");
  const { problemCounts, plan, appsLoading, mayEdit } = useDesignerFacts();
  const count = problemCounts.get(id) ?? 0;
  const planned = plan.get(id);
  const needsPermission = planned?.permission === "missing";
  const troubled = count > 0 || needsPermission;
  const title = count > 0 ? t("problems", { count }) : needsPermission ? t("needsPermission") : t("fine");
  return (
    <StepCard
      data={data}
      chosen={selected ?? false}
      tone={troubled ? "problem" : undefined}
      readOnly={!mayEdit}
      mark={
        <span className="inline-flex" title={title}>
          <LookMark look={troubled ? "need" : "wait"} />
          <span className="sr-only">{title}</span>
        </span>
      }
      badge={
        data.scattered.length > 0 ? (
          <Chip title={t("scatteredHelp")}>
            <Split aria-hidden="true" className="size-3" />
            {t("scattered")}
          </Chip>
        ) : null
      }
      chip={planned ? t(`placement.${planned.placement}`) : null}
      where={<Where known={data.known || appsLoading} when={data.when} needsPermission={needsPermission} />}
    />
  );
}

function Where({ known, when, needsPermission }: { known: boolean; when: string | null; needsPermission: boolean }) {
  const t = useTranslations("workflows.node");
  if (!known) return <span className="text-warn">{t("unknownApp")}</span>;
  if (needsPermission) return <span className="text-warn">{t("needsPermission")}</span>;
  return when ? <span title={when}>{t("conditional")}</span> : null;
}

export const DesignerNode = memo(Step);
