import { z } from "zod";
import { appStep, parseLink, position, stepId, type Workflow } from "#server/graph/workflow";
import { dropLinks, mapValues, type Position, renameLinks, uniqueName } from "./steps";

const clip = z.strictObject({
  schema: z.literal("krdc.clip/v1"),
  steps: z.record(stepId, appStep),
  layout: z.record(z.string(), position),
});
export type Clip = z.infer<typeof clip>;

/** The chosen steps as they travel through the clipboard, also into another workflow. */
export function copySteps(workflow: Workflow, ids: ReadonlySet<string>): Clip {
  const chosen = <T,>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => ids.has(id) && workflow.steps[id]));
  return { schema: "krdc.clip/v1", steps: chosen(workflow.steps), layout: chosen(workflow.layout) };
}

/** A clip, if the text of the clipboard is one; any other text is simply not ours. */
export function readClip(text: string): Clip | undefined {
  try {
    const read = clip.safeParse(JSON.parse(text));
    return read.success && Object.keys(read.data.steps).length > 0 ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Adds the clip's steps under new ids. Links among them are kept; a link to a step or input outside the clip is kept
 * only where this workflow has that source, so that nothing pasted points at nothing.
 */
export function pasteSteps(workflow: Workflow, pasted: Clip, shift: Position): { workflow: Workflow; ids: string[] } {
  const renamed = new Map<string, string>();
  const taken = new Set(Object.keys(workflow.steps));
  for (const id of Object.keys(pasted.steps)) {
    const name = uniqueName(id, taken);
    taken.add(name);
    renamed.set(id, name);
  }
  const known = (from: string) => {
    const { step, port } = parseLink(from);
    if (step === "inputs") return workflow.inputs[port] !== undefined;
    return renamed.has(step) || workflow.steps[step] !== undefined;
  };
  const rename = (from: string) => {
    const { step, port } = parseLink(from);
    return `${renamed.get(step) ?? step}.${port}`;
  };
  const steps = { ...workflow.steps };
  const layout = { ...workflow.layout };
  for (const [id, step] of Object.entries(pasted.steps)) {
    const name = renamed.get(id) ?? id;
    const kept = dropLinks(step, known);
    steps[name] = { ...kept, with: mapValues(kept.with, (bound) => renameLinks(bound, rename)) };
    const at = pasted.layout[id];
    if (at) layout[name] = { x: at.x + shift.x, y: at.y + shift.y };
  }
  return { workflow: { ...workflow, steps, layout }, ids: [...renamed.values()] };
}
