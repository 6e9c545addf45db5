"use client";

import { useTranslations } from "next-intl";
import { ClusterMark } from "#components/canvas/cluster-name";
import { useStepTitle } from "#components/canvas/step-title";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { RequestAccess } from "#components/designer-panel/request-access";
import { useReason } from "#components/marks/words";
import { Table, Td, Th, Tr } from "#components/ui/table";

/** The dry run: for each step where, why there, and whether it may. */
export function PlanTable() {
  const t = useTranslations("workflows.run");
  const place = useTranslations("workflows.node");
  const why = useReason();
  const title = useStepTitle();
  const workflow = useDesigner((state) => state.workflow);
  const { plan, apps } = useDesignerFacts();
  if (plan.size === 0) return null;
  return (
    <section aria-label={t("plan")}>
      <h3 className="mb-2 text-sm font-semibold">{t("plan")}</h3>
      <Table label={t("plan")}>
        <thead>
          <tr>
            <Th>{t("step")}</Th>
            <Th>{t("place")}</Th>
            <Th>{t("why")}</Th>
            <Th>{t("permission")}</Th>
          </tr>
        </thead>
        <tbody>
          {[...plan.values()].map((step) => (
            <Tr key={step.id}>
              <Td className="font-medium">{title(workflow, apps, step.id)}</Td>
              <Td>
                <ClusterMark name={step.cluster}>{place(`placement.${step.placement}`)}</ClusterMark>
              </Td>
              <Td className="text-dim">{why(step.reason)}</Td>
              <Td>
                {step.permission === "missing" ? (
                  <RequestAccess app={workflow.steps[step.id]?.app ?? ""} />
                ) : (
                  <span className="text-dim">
                    {step.permission ? place(`permission.${step.permission}`) : t("asking")}
                  </span>
                )}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
