import type { AppVersion } from "./app";
import { isProblem, type Scope, sourceType } from "./checks/check-bindings";
import { checkOutputs, checkStep } from "./checks/check-step";
import { checkType } from "./checks/check-value";
import { problemAt } from "./checks/problem";
import { stepGraph, topologicalOrder } from "./order";
import { type PortType, typeOfInput } from "./types";
import type { Problem, Workflow } from "./workflow";

export { parseInputText, validateInputs } from "./checks/check-inputs";

const MAX_STEPS = 5000;

/**
 * Every problem of a workflow at once, each at its field; none means that it can run as far as a document can tell.
 * `apps` is keyed by the references as the steps write them, by `cluster/name@version` or by `cluster/name`.
 */
export function validateWorkflow(workflow: Workflow, apps: ReadonlyMap<string, AppVersion>): Problem[] {
  const steps = Object.entries(workflow.steps);
  if (steps.length > MAX_STEPS) {
    return [problemAt("steps", "workflow.too_many_steps", { count: steps.length, limit: MAX_STEPS })];
  }
  const scope: Scope = { workflow, apps };
  return [
    ...(steps.length === 0 ? [problemAt("steps", "workflow.empty")] : []),
    ...checkDefaults(workflow),
    ...steps.flatMap(([id, step]) => checkStep(scope, id, step)),
    ...checkCycles(workflow),
    ...checkOutputs(scope),
  ];
}

function checkDefaults(workflow: Workflow): Problem[] {
  return Object.entries(workflow.inputs).flatMap(([name, input]) => {
    const preset = input.default ?? null;
    return preset === null ? [] : checkType(typeOfInput(input), preset, `inputs.${name}.default`);
  });
}

function checkCycles(workflow: Workflow): Problem[] {
  const { cycles } = topologicalOrder(stepGraph(workflow));
  return cycles.map((cycle) => problemAt("steps", "workflow.cycle", { steps: [...cycle, cycle[0] ?? ""].join(" → ") }));
}

/** What `inputs.NAME` or `STEP.PORT` gives to whoever links to it; undefined when it does not exist or its app is unknown. */
export function typeOfSource(
  workflow: Workflow,
  apps: ReadonlyMap<string, AppVersion>,
  from: string,
): PortType | undefined {
  const found = sourceType({ workflow, apps }, from, "");
  return found && !isProblem(found) ? found : undefined;
}
