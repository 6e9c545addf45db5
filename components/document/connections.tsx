import type { AppVersion, Parameter } from "#server/graph/app";
import { parentsOf } from "#server/graph/order";
import type { Bilingual } from "#server/graph/text";
import { canConnect, type PortType, scatteredType, typeOf, typeOfInput } from "#server/graph/types";
import { type Binding, isLink, parseLink, type Workflow } from "#server/graph/workflow";
import { setOutput } from "./boundary";
import { keepLinks, setBinding, updateStep, withoutScatter } from "./steps";

type Apps = ReadonlyMap<string, AppVersion>;
/** Where a link ends: a step's parameter, or a workflow output (`outputs.NAME`, port `in`). */
export type Target = { node: string; port: string };

export type Verdict = { ok: true; scatter: boolean } | { ok: false; code: string; message?: Bilingual };

const parameterOf = (workflow: Workflow, apps: Apps, id: string, port: string, side: "in" | "out") => {
  const step = workflow.steps[id];
  const app = step && apps.get(step.app);
  return app?.parameters.find((one) => one.name === port && one.port === side);
};

function sourcePort(workflow: Workflow, apps: Apps, from: string): PortType | undefined {
  const { step: id, port } = parseLink(from);
  if (id === "inputs") {
    const input = workflow.inputs[port];
    return input && typeOfInput(input);
  }
  const parameter = parameterOf(workflow, apps, id, port, "out");
  if (!parameter) return undefined;
  const type = typeOf(parameter);
  return (workflow.steps[id]?.scatter?.length ?? 0) > 0 ? scatteredType(type) : type;
}

/** Whether `start` already waits, directly or through others, for `source`. */
function dependsOn(workflow: Workflow, start: string, source: string): boolean {
  const seen = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === source) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const step = workflow.steps[id];
    if (step) open.push(...parentsOf(step));
  }
  return false;
}

/** Whether a link may be drawn from `from` to the target, and if not, why. */
export function judgeConnection(workflow: Workflow, apps: Apps, from: string, target: Target): Verdict {
  const source = sourcePort(workflow, apps, from);
  if (!source) return { ok: false, code: "unknownSource" };
  if (target.node.startsWith("outputs.")) return { ok: true, scatter: false };
  const parameter = parameterOf(workflow, apps, target.node, target.port, "in");
  if (!parameter) return { ok: false, code: "unknownTarget" };
  const { step } = parseLink(from);
  if (step === target.node) return { ok: false, code: "sameStep" };
  if (step !== "inputs" && dependsOn(workflow, step, target.node)) return { ok: false, code: "cycle" };
  const verdict = canConnect(source, typeOf(parameter));
  if (verdict.ok) return { ok: true, scatter: verdict.scatter ?? false };
  return { ok: false, code: verdict.code, message: verdict.message };
}

/** A single value joins the others at a list; a list, or a folder taken as one, stands there alone. */
function gathers(parameter: Parameter, source: PortType): boolean {
  const verdict = canConnect(source, typeOf(parameter));
  return parameter.list && !source.list && verdict.ok && !verdict.takesFiles;
}

/** Draws the link if it may be drawn; at a list it joins the single values that are there, else it takes the place. */
export function connect(workflow: Workflow, apps: Apps, from: string, target: Target): Workflow {
  const verdict = judgeConnection(workflow, apps, from, target);
  if (!verdict.ok) return workflow;
  if (target.node.startsWith("outputs.")) return setOutput(workflow, target.node.slice(8), from);
  const bound = nextBinding(workflow, apps, from, target);
  const next = setBinding(workflow, target.node, target.port, bound);
  return updateStep(next, target.node, (step) => {
    const plain = withoutScatter(step, target.port);
    return verdict.scatter ? { ...plain, scatter: [...(plain.scatter ?? []), target.port] } : plain;
  });
}

function nextBinding(workflow: Workflow, apps: Apps, from: string, target: Target): Binding {
  const parameter = parameterOf(workflow, apps, target.node, target.port, "in");
  const source = sourcePort(workflow, apps, from);
  if (!parameter || !source || !gathers(parameter, source)) return { from };
  const there = workflow.steps[target.node]?.with[target.port];
  const single = (one: string) => sourcePort(workflow, apps, one)?.list === false;
  const links = (Array.isArray(there) ? there : [there]).filter(isLink).filter((one) => single(one.from));
  return [...links.filter((one) => one.from !== from), { from }];
}

/** Takes one link away; a workflow output without its source goes too. */
export function disconnect(workflow: Workflow, from: string, target: Target): Workflow {
  if (target.node.startsWith("outputs.")) {
    const { [target.node.slice(8)]: _, ...outputs } = workflow.outputs;
    return { ...workflow, outputs };
  }
  const bound = workflow.steps[target.node]?.with[target.port];
  if (bound === undefined) return workflow;
  return setBinding(
    workflow,
    target.node,
    target.port,
    keepLinks(bound, (source) => source !== from),
  );
}

/** Everything that could feed this parameter, as the panel's choice offers it. */
export function sourcesFor(workflow: Workflow, apps: Apps, target: Target): { from: string; scatter: boolean }[] {
  const inputs = Object.keys(workflow.inputs).map((name) => `inputs.${name}`);
  const results = Object.entries(workflow.steps).flatMap(([id, step]) =>
    (apps.get(step.app)?.parameters ?? []).filter((one) => one.port === "out").map((one) => `${id}.${one.name}`),
  );
  return [...inputs, ...results].flatMap((from) => {
    const verdict = judgeConnection(workflow, apps, from, target);
    return verdict.ok ? [{ from, scatter: verdict.scatter }] : [];
  });
}

/** The parameter that a link dropped on a whole step means: a free required one first, then any free one. */
export function targetOnStep(workflow: Workflow, apps: Apps, from: string, id: string): Target | undefined {
  const step = workflow.steps[id];
  const parameters = (step && apps.get(step.app)?.parameters) ?? [];
  const fitting = parameters.filter((one) => judgeConnection(workflow, apps, from, { node: id, port: one.name }).ok);
  const free = fitting.filter((one) => step?.with[one.name] === undefined);
  const found = free.find((one) => one.required) ?? free[0] ?? fitting[0];
  return found && { node: id, port: found.name };
}
