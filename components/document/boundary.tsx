import type { Parameter } from "#server/graph/app";
import { parseTypeName } from "#server/graph/types";
import { parseLink, type TypeName, type Workflow, type WorkflowInput } from "#server/graph/workflow";
import { dropLinks, mapValues, renameLinks, uniqueName } from "./steps";

const inputKey = (name: string) => `inputs.${name}`;
const outputKey = (name: string) => `outputs.${name}`;

/** What stands behind a canvas key: `inputs.NAME`, `outputs.NAME`, or a step's id. */
export function partOfKey(key: string): { part: "input" | "output" | "step"; name: string } {
  if (key.startsWith("inputs.")) return { part: "input", name: key.slice(7) };
  if (key.startsWith("outputs.")) return { part: "output", name: key.slice(8) };
  return { part: "step", name: key };
}

export function addInput(workflow: Workflow, wanted: string, input: WorkflowInput) {
  const name = uniqueName(wanted, Object.keys(workflow.inputs));
  return { name, workflow: { ...workflow, inputs: { ...workflow.inputs, [name]: input } } };
}

export function updateInput(workflow: Workflow, name: string, change: (input: WorkflowInput) => WorkflowInput) {
  const input = workflow.inputs[name];
  return input ? { ...workflow, inputs: { ...workflow.inputs, [name]: change(input) } } : workflow;
}

/** Another type drops the default, which was a value of the old one. */
export function retypeInput(workflow: Workflow, name: string, type: TypeName): Workflow {
  return updateInput(workflow, name, ({ title }) => ({ type, ...(title ? { title } : {}) }));
}

export function removeInputs(workflow: Workflow, names: ReadonlySet<string>): Workflow {
  const keep = (from: string) => {
    const { step, port } = parseLink(from);
    return step !== "inputs" || !names.has(port);
  };
  return {
    ...workflow,
    inputs: without(workflow.inputs, (name) => names.has(name)),
    steps: mapValues(workflow.steps, (step) => dropLinks(step, keep)),
    outputs: Object.fromEntries(Object.entries(workflow.outputs).filter(([, link]) => keep(link.from))),
    layout: without(workflow.layout, (key) => isBoundary(key, "input", names)),
  };
}

export function renameInput(workflow: Workflow, from: string, to: string): Workflow {
  if (!workflow.inputs[from] || workflow.inputs[to]) return workflow;
  const rename = (source: string) => (source === inputKey(from) ? inputKey(to) : source);
  const inCondition = new RegExp(`(?<![\\w.-])inputs\\.${from}(?![\\w])`, "g");
  return {
    ...workflow,
    inputs: renameKey(workflow.inputs, from, to),
    steps: mapValues(workflow.steps, (step) => ({
      ...step,
      with: mapValues(step.with, (bound) => renameLinks(bound, rename)),
      ...(step.when === undefined ? {} : { when: step.when.replace(inCondition, inputKey(to)) }),
    })),
    outputs: mapValues(workflow.outputs, (link) => ({ from: rename(link.from) })),
    layout: renameKey(workflow.layout, inputKey(from), inputKey(to)),
  };
}

export function addOutput(workflow: Workflow, wanted: string, from: string) {
  const name = uniqueName(wanted, Object.keys(workflow.outputs));
  return { name, workflow: { ...workflow, outputs: { ...workflow.outputs, [name]: { from } } } };
}

export function setOutput(workflow: Workflow, name: string, from: string): Workflow {
  return { ...workflow, outputs: { ...workflow.outputs, [name]: { from } } };
}

export function renameOutput(workflow: Workflow, from: string, to: string): Workflow {
  if (!workflow.outputs[from] || workflow.outputs[to]) return workflow;
  return {
    ...workflow,
    outputs: renameKey(workflow.outputs, from, to),
    layout: renameKey(workflow.layout, outputKey(from), outputKey(to)),
  };
}

export function removeOutputs(workflow: Workflow, names: ReadonlySet<string>): Workflow {
  return {
    ...workflow,
    outputs: without(workflow.outputs, (name) => names.has(name)),
    layout: without(workflow.layout, (key) => isBoundary(key, "output", names)),
  };
}

/** The workflow input that would feed this parameter: its type, title and, when it has one, its default. */
export function inputFor(parameter: Parameter): WorkflowInput {
  const usable = parameter.default !== undefined && parameter.default !== null;
  return {
    type: `${parameter.kind}${parameter.list ? "[]" : ""}` as TypeName,
    title: parameter.title,
    ...(usable ? { default: parameter.default as NonNullable<WorkflowInput["default"]> } : {}),
    ...(parameter.mediaType ? { mediaType: parameter.mediaType } : {}),
  };
}

/** The form field of a workflow input, as the same form that apps use reads it. */
export function fieldOfInput(name: string, input: WorkflowInput): Parameter {
  const { kind, list } = parseTypeName(input.type);
  const scalar = kind !== "file" && kind !== "directory";
  const preset = input.default;
  return {
    name,
    kind,
    port: "in",
    list,
    required: preset === undefined,
    title: input.title ?? { ko: name, en: name },
    help: { ko: "", en: "" },
    argument: { style: "none" },
    ...(scalar && preset !== undefined ? { default: preset as NonNullable<Parameter["default"]> } : {}),
    ...(input.mediaType ? { mediaType: input.mediaType } : {}),
  };
}

const isBoundary = (key: string, part: "input" | "output", names: ReadonlySet<string>) => {
  const found = partOfKey(key);
  return found.part === part && names.has(found.name);
};

const without = <T,>(record: Record<string, T>, drop: (key: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !drop(key)));

const renameKey = <T,>(record: Record<string, T>, from: string, to: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key === from ? to : key, value]));
