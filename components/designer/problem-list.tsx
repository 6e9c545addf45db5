"use client";

import { useTranslations } from "next-intl";
import { ClusterMark } from "#components/canvas/cluster-name";
import { useStepTitle } from "#components/canvas/step-title";
import { RequestAccess } from "#components/designer-panel/request-access";
import { fixOf, nodeOfProblem, parameterOfProblem } from "#components/document/problem-place";
import { LookMark } from "#components/marks/state-mark";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import type { Problem } from "#server/graph/workflow";
import { useDesignerFacts } from "./designer-facts";
import { useDesigner } from "./designer-store";

type Show = (key: string, parameter?: string) => void;

/** More than anybody reads at once; the count above tells of all. */
const MOST_SHOWN = 100;

/** Everything that stands between the draft and its run, in one list, each with the way to mend it. */
export function ProblemList({ onShow }: { onShow: Show }) {
  const t = useTranslations("workflows.problems");
  const { problems, plan, appsLoading } = useDesignerFacts();
  const refused = [...plan.values()].filter((step) => step.permission === "missing");
  const count = problems.length + refused.length;
  return (
    <section aria-label={t("label")} className="flex min-h-0 flex-col border-t border-line bg-card px-4 py-2.5 text-sm">
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="text-sm font-semibold" aria-live="polite">
          {appsLoading ? t("checking") : count > 0 ? t("count", { count }) : t("none")}
        </h2>
        {count > 0 ? <span className="text-xs text-faint">{t("before")}</span> : null}
        <PlanSummary />
      </header>
      <ul className="mt-1 min-h-0 flex-1 overflow-y-auto">
        {problems.slice(0, MOST_SHOWN).map((problem) => (
          <ProblemLine
            key={`${problem.path} ${problem.code} ${problem.message.en}`}
            problem={problem}
            onShow={onShow}
          />
        ))}
        {problems.length > MOST_SHOWN ? (
          <li className="py-1 text-dim">{t("more", { count: problems.length - MOST_SHOWN })}</li>
        ) : null}
        {refused.slice(0, MOST_SHOWN).map((step) => (
          <PermissionLine key={step.id} id={step.id} cluster={step.cluster} onShow={onShow} />
        ))}
      </ul>
    </section>
  );
}

function ProblemLine({ problem, onShow }: { problem: Problem; onShow: Show }) {
  const t = useTranslations("workflows.problems");
  const say = useBilingual();
  const title = useStepTitle();
  const workflow = useDesigner((state) => state.workflow);
  const edit = useDesigner((state) => state.edit);
  const { apps, mayEdit } = useDesignerFacts();
  const node = nodeOfProblem(problem);
  const fix = fixOf(problem, apps);
  return (
    <li className="flex min-h-9 items-center gap-2">
      <LookMark look="need" className="size-2.5" />
      {node === undefined ? (
        <span className="min-w-0 flex-1">{say(problem.message)}</span>
      ) : (
        <button
          type="button"
          className="min-w-0 flex-1 text-left hover:underline"
          onClick={() => onShow(node, parameterOfProblem(problem))}
        >
          <b className="mr-1.5 font-semibold">{title(workflow, apps, node)}</b>
          {say(problem.message)}
        </button>
      )}
      {fix && mayEdit ? (
        <Button size="sm" onClick={() => edit(fix.change)}>
          {t(`fix.${fix.name}`)}
        </Button>
      ) : null}
    </li>
  );
}

function PermissionLine({ id, cluster, onShow }: { id: string; cluster: string; onShow: Show }) {
  const t = useTranslations("workflows.problems");
  const title = useStepTitle();
  const workflow = useDesigner((state) => state.workflow);
  const { apps } = useDesignerFacts();
  const step = workflow.steps[id];
  if (!step) return null;
  return (
    <li className="flex min-h-9 items-center gap-2">
      <LookMark look="need" className="size-2.5" />
      <span className="min-w-0 flex-1">
        <button type="button" className="mr-1.5 font-semibold hover:underline" onClick={() => onShow(id)}>
          {title(workflow, apps, id)}
        </button>
        {t.rich("noPermission", { cluster: () => <ClusterMark name={cluster} /> })}
      </span>
      <RequestAccess app={step.app} />
    </li>
  );
}

/** How many steps would run where. */
function PlanSummary() {
  const t = useTranslations("workflows.problems");
  const { plan } = useDesignerFacts();
  const counts = new Map<string, number>();
  for (const step of plan.values()) counts.set(step.cluster, (counts.get(step.cluster) ?? 0) + 1);
  if (counts.size === 0) return null;
  return (
    <span className="numbers ml-auto flex flex-wrap items-center gap-2 text-xs text-dim">
      {t("plan")}
      {[...counts].map(([cluster, count]) => (
        <ClusterMark key={cluster} name={cluster}>
          {t("steps", { count })}
        </ClusterMark>
      ))}
    </span>
  );
}
