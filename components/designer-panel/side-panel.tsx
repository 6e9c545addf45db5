"use client";

import { useTranslations } from "next-intl";
import type { RefObject } from "react";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { partOfKey, removeInputs, removeOutputs } from "#components/document/boundary";
import { removeSteps } from "#components/document/steps";
import { Button } from "#components/ui/button";
import type { Workflow } from "#server/graph/workflow";
import { InputPanel, OutputPanel } from "./boundary-panels";
import { StepPanel } from "./step-panel";
import { WorkflowPanel } from "./workflow-panel";

/** What is chosen on the canvas, to be read and changed. */
export function SidePanel({ panel }: { panel: RefObject<HTMLElement | null> }) {
  const t = useTranslations("workflows.panel");
  const chosen = useDesigner((state) => state.chosen);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={t("label")}
      className="min-h-0 overflow-y-auto border-l border-line bg-card px-4 py-4 outline-none"
    >
      {chosen.size > 1 ? <ManyPanel count={chosen.size} /> : <OnePanel chosenKey={[...chosen][0]} />}
    </aside>
  );
}

function OnePanel({ chosenKey }: { chosenKey: string | undefined }) {
  const workflow = useDesigner((state) => state.workflow);
  if (chosenKey === undefined) return <WorkflowPanel />;
  const { part, name } = partOfKey(chosenKey);
  const input = workflow.inputs[name];
  const output = workflow.outputs[name];
  const step = workflow.steps[name];
  if (part === "input" && input) return <InputPanel key={chosenKey} name={name} input={input} />;
  if (part === "output" && output) return <OutputPanel key={chosenKey} name={name} from={output.from} />;
  if (part === "step" && step) return <StepPanel id={name} step={step} />;
  return <WorkflowPanel />;
}

function ManyPanel({ count }: { count: number }) {
  const t = useTranslations("workflows.panel");
  const chosen = useDesigner((state) => state.chosen);
  const edit = useDesigner((state) => state.edit);
  const choose = useDesigner((state) => state.choose);
  const { mayEdit } = useDesignerFacts();
  return (
    <div className="grid gap-3">
      <h2 className="text-lg">{t("many", { count })}</h2>
      <p className="text-sm text-dim">{t("manyHelp")}</p>
      <Button
        look="danger"
        className="justify-self-start"
        disabled={!mayEdit}
        onClick={() => {
          edit((now) => removeKeys(now, chosen));
          choose([]);
        }}
      >
        {t("removeMany")}
      </Button>
    </div>
  );
}

/** Takes everything out that the canvas keys mean: steps, inputs and outputs alike. */
export function removeKeys(workflow: Workflow, keys: ReadonlySet<string>): Workflow {
  const named = (part: "input" | "output" | "step") =>
    new Set([...keys].map(partOfKey).flatMap((key) => (key.part === part ? [key.name] : [])));
  return removeOutputs(removeInputs(removeSteps(workflow, named("step")), named("input")), named("output"));
}
