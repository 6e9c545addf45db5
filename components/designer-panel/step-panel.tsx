"use client";

import { Trash2 } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { linksOf } from "#components/canvas/graph-of-workflow";
import { useStepTitle } from "#components/canvas/step-title";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { nodeOfProblem, parameterOfProblem } from "#components/document/problem-place";
import { removeSteps, setBinding } from "#components/document/steps";
import { useBilingual } from "#components/marks/words";
import { ParameterForm } from "#components/parameters/parameter-form";
import { Button } from "#components/ui/button";
import type { AppVersion } from "#server/graph/app";
import { type AppStep, parseAppRef, type Value } from "#server/graph/workflow";
import { useSourceLabel } from "./source-label";
import { StepOutputs } from "./step-outputs";
import { StepSettings } from "./step-settings";
import { TakeFrom } from "./take-from";
import { VersionChoice } from "./version-choice";

type Props = { id: string; step: AppStep };

/** One step: what its app is, what it gets, where it runs, what it gives. */
export function StepPanel({ id, step }: Props) {
  const t = useTranslations("workflows.panel");
  const { apps, mayEdit } = useDesignerFacts();
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  const app = apps.get(step.app);
  return (
    <div className="grid gap-5">
      <StepHead id={id} step={step} app={app} />
      {app ? (
        <StepForm id={id} step={step} app={app} />
      ) : (
        <p className="text-sm text-warn">{t("unknownApp", { app: step.app })}</p>
      )}
      <StepSettings key={id} id={id} step={step} app={app} />
      {app ? <StepOutputs id={id} app={app} /> : null}
      <Button
        look="danger"
        disabled={!mayEdit}
        className="justify-self-start"
        onClick={() => {
          edit((now) => removeSteps(now, new Set([id])));
          choose([]);
        }}
      >
        <Trash2 aria-hidden="true" />
        {t("removeStep")}
      </Button>
    </div>
  );
}

function StepHead({ id, step, app }: Props & { app: AppVersion | undefined }) {
  const say = useBilingual();
  const workflow = useDesigner((state) => state.workflow);
  const { apps } = useDesignerFacts();
  const title = useStepTitle();
  const named = parseAppRef(step.app);
  return (
    <header className="grid gap-1">
      <div className="flex items-start justify-between gap-2">
        <h2 className="min-w-0 text-lg">{title(workflow, apps, id)}</h2>
        <VersionChoice id={id} step={step} />
      </div>
      <p className="text-xs text-dim">
        <Link className="font-mono text-accent hover:underline" href={`/market/${named.cluster}/${named.name}`}>
          {named.cluster}/{named.name}
        </Link>
        {app?.licence ? ` · ${app.licence}` : null}
      </p>
      {app ? <p className="text-sm text-dim">{say(app.summary)}</p> : null}
    </header>
  );
}

function StepForm({ id, step, app }: Props & { app: AppVersion }) {
  const t = useTranslations("workflows.panel");
  const say = useBilingual();
  const workflow = useDesigner((state) => state.workflow);
  const edit = useDesigner((state) => state.edit);
  const { apps, mayEdit } = useDesignerFacts();
  const label = useSourceLabel();
  const problems = useParameterProblems(id);
  const linked = Object.fromEntries(
    Object.entries(step.with).flatMap(([port, bound]) => {
      const names = linksOf(bound).map((from) => label(workflow, apps, from));
      return names.length > 0 ? [[port, names.join(", ")] as const] : [];
    }),
  );
  const values = Object.fromEntries(Object.entries(step.with).filter(([port]) => linked[port] === undefined));
  const asked = app.parameters.filter((parameter) => parameter.port === "in");
  return (
    <section aria-label={t("settings")}>
      <h3 className="mb-2 text-sm font-semibold">{t("settings")}</h3>
      <fieldset disabled={!mayEdit}>
        <ParameterForm
          parameters={asked}
          values={values as Record<string, Value>}
          linked={linked}
          problems={problems}
          onChange={(name, value) => edit((now) => setBinding(now, id, name, value), `with:${id}:${name}`)}
          extra={(parameter) => (
            <TakeFrom id={id} port={parameter.name} title={say(parameter.title) || parameter.name} />
          )}
        />
      </fieldset>
    </section>
  );
}

function useParameterProblems(id: string): Record<string, string[]> {
  const { problems } = useDesignerFacts();
  const say = useBilingual();
  return useMemo(() => {
    const byName: Record<string, string[]> = {};
    for (const problem of problems) {
      const name = nodeOfProblem(problem) === id ? parameterOfProblem(problem) : undefined;
      if (name === undefined) continue;
      const there = byName[name] ?? [];
      if (!there.includes(say(problem.message))) byName[name] = [...there, say(problem.message)];
    }
    return byName;
  }, [problems, id, say]);
}
