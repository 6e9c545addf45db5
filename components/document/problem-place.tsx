import type { AppsByReference } from "#components/canvas/graph-of-workflow";
import { type Problem, parseLink, type Workflow } from "#server/graph/workflow";
import { addInput, inputFor, removeOutputs } from "./boundary";
import { connect } from "./connections";
import { dropLinks, removeSteps, setBinding, updateStep } from "./steps";

/** The canvas node that a problem's path means, if it means one. */
export function nodeOfProblem(problem: Pick<Problem, "path">): string | undefined {
  const [part, name] = problem.path.split(".");
  if (!name) return undefined;
  if (part === "steps") return name;
  return part === "inputs" || part === "outputs" ? `${part}.${name}` : undefined;
}

/** The parameter that a problem's path means: `steps.trend.with.window` gives `window`. */
export function parameterOfProblem(problem: Pick<Problem, "path">): string | undefined {
  const [part, , field, port] = problem.path.split(".");
  return part === "steps" && field === "with" ? port : undefined;
}

type FixName =
  | "addInput"
  | "scatter"
  | "unlink"
  | "clear"
  | "unscatter"
  | "removeOutput"
  | "removeStep"
  | "removeCondition"
  | "placeThere";
export type Fix = { name: FixName; change: (workflow: Workflow) => Workflow };

const BROKEN_LINK = new Set(["link.step_missing", "link.input_missing", "link.port_missing"]);
const NEEDLESS = new Set(["with.unknown_parameter", "with.output_given"]);

/** The one change that obviously mends a problem, where there is one. */
export function fixOf(problem: Problem, apps: AppsByReference): Fix | undefined {
  const node = nodeOfProblem(problem);
  if (node === undefined || node.startsWith("inputs.")) return undefined;
  if (node.startsWith("outputs.")) {
    const remove = (now: Workflow) => removeOutputs(now, new Set([node.slice(8)]));
    return BROKEN_LINK.has(problem.code) ? { name: "removeOutput", change: remove } : undefined;
  }
  const port = parameterOfProblem(problem);
  return port === undefined ? fixOfStep(problem.code, node) : fixOfParameter(problem.code, node, port, apps);
}

function fixOfStep(code: string, id: string): Fix | undefined {
  if (code === "step.app_unknown") return { name: "removeStep", change: (now) => removeSteps(now, new Set([id])) };
  if (code === "placement.download_not_available") {
    return { name: "placeThere", change: (now) => updateStep(now, id, (step) => ({ ...step, placement: "auto" })) };
  }
  if (code.startsWith("when.")) {
    return { name: "removeCondition", change: (now) => updateStep(now, id, ({ when: _, ...step }) => step) };
  }
  if (code.startsWith("scatter.")) {
    return { name: "unscatter", change: (now) => updateStep(now, id, ({ scatter: _, ...step }) => step) };
  }
  return undefined;
}

function fixOfParameter(code: string, id: string, port: string, apps: AppsByReference): Fix | undefined {
  if (code === "with.missing") return { name: "addInput", change: (now) => feedFromInput(now, id, port, apps) };
  if (code === "link.needs_scatter") {
    const scatter = (now: Workflow) =>
      updateStep(now, id, (step) => ({ ...step, scatter: [...(step.scatter ?? []), port] }));
    return { name: "scatter", change: scatter };
  }
  if (NEEDLESS.has(code)) return { name: "clear", change: (now) => setBinding(now, id, port, undefined) };
  if (!BROKEN_LINK.has(code)) return undefined;
  const standing = (now: Workflow) => (from: string) => {
    const source = parseLink(from);
    return source.step === "inputs" ? now.inputs[source.port] !== undefined : now.steps[source.step] !== undefined;
  };
  return { name: "unlink", change: (now) => updateStep(now, id, (step) => dropLinks(step, standing(now))) };
}

/** Makes a workflow input for a parameter and links it: whoever runs the workflow will be asked for it. */
export function feedFromInput(workflow: Workflow, id: string, port: string, apps: AppsByReference): Workflow {
  const step = workflow.steps[id];
  const parameter = step && apps.get(step.app)?.parameters.find((one) => one.name === port && one.port === "in");
  if (!parameter) return workflow;
  const added = addInput(workflow, port, inputFor(parameter));
  return connect(added.workflow, apps, `inputs.${added.name}`, { node: id, port });
}
