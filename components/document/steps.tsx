import type { AppVersion } from "#server/graph/app";
import type { AppStep, Binding, Workflow } from "#server/graph/workflow";
import { isLink, parseLink } from "#server/graph/workflow";

export type Position = { x: number; y: number };

const RESERVED = new Set(["inputs", "outputs"]);

/** A name that nobody in `taken` has, made of the characters that step ids and input names allow. */
export function uniqueName(wanted: string, taken: Iterable<string>): string {
  const used = new Set([...taken, ...RESERVED]);
  const plain = wanted.toLowerCase().replace(/[^a-z0-9_]+/g, "_");
  const base = (/^[a-z]/.test(plain) ? plain : `s_${plain}`).replace(/_+$/, "").slice(0, 36) || "step";
  if (!used.has(base)) return base;
  let number = 2;
  while (used.has(`${base}_${number}`)) number += 1;
  return `${base}_${number}`;
}

/** Which app a new step runs; without a version, the newest published one. */
export type ChosenApp = Pick<AppVersion, "cluster" | "name" | "version">;

/** Adds a step of this app; a known version is pinned so that a draft does not change under its author. */
export function addStep(workflow: Workflow, app: ChosenApp, at: Position): { workflow: Workflow; id: string } {
  const id = uniqueName(app.name, Object.keys(workflow.steps));
  const step: AppStep = {
    app: `${app.cluster}/${app.name}${app.version ? `@${app.version}` : ""}`,
    with: {},
    placement: "auto",
    retry: { attempts: 1 },
    cache: false,
  };
  return {
    id,
    workflow: {
      ...workflow,
      steps: { ...workflow.steps, [id]: step },
      layout: { ...workflow.layout, [id]: rounded(at) },
    },
  };
}

export function updateStep(workflow: Workflow, id: string, change: (step: AppStep) => AppStep): Workflow {
  const step = workflow.steps[id];
  return step ? { ...workflow, steps: { ...workflow.steps, [id]: change(step) } } : workflow;
}

/** Gives a setting its value; `undefined` takes it away, so that the app's own default holds. */
export function setBinding(workflow: Workflow, id: string, port: string, bound: Binding | undefined): Workflow {
  return updateStep(workflow, id, (step) => {
    const { [port]: _, ...others } = step.with;
    const next = { ...step, with: bound === undefined ? others : { ...step.with, [port]: bound } };
    return isLinked(bound) ? next : withoutScatter(next, port);
  });
}

export function withoutScatter(step: AppStep, port: string): AppStep {
  const { scatter, ...plain } = step;
  const left = scatter?.filter((name) => name !== port) ?? [];
  return left.length > 0 ? { ...plain, scatter: left } : plain;
}

const isLinked = (bound: Binding | undefined) =>
  isLink(bound) || (Array.isArray(bound) && bound.some((element) => isLink(element)));

/** Every link of the bound value that fails `keep` is taken out; an empty rest is `undefined`. */
export function keepLinks(bound: Binding, keep: (from: string) => boolean): Binding | undefined {
  if (isLink(bound)) return keep(bound.from) ? bound : undefined;
  if (!Array.isArray(bound)) return bound;
  const left = bound.filter((element) => !isLink(element) || keep(element.from));
  if (left.length === bound.length) return bound;
  return left.length > 0 ? (left as Binding) : undefined;
}

/** The same bound value with its links' sources renamed. */
export function renameLinks(bound: Binding, rename: (from: string) => string): Binding {
  if (isLink(bound)) return { from: rename(bound.from) };
  if (!Array.isArray(bound)) return bound;
  return bound.map((element) => (isLink(element) ? { from: rename(element.from) } : element)) as Binding;
}

/** Removes the steps, what they feed elsewhere, and their places on the canvas. */
export function removeSteps(workflow: Workflow, ids: ReadonlySet<string>): Workflow {
  const keep = (from: string) => !ids.has(parseLink(from).step);
  const steps = Object.entries(workflow.steps)
    .filter(([id]) => !ids.has(id))
    .map(([id, step]) => [id, dropLinks(step, keep)] as const);
  return {
    ...workflow,
    steps: Object.fromEntries(steps),
    outputs: Object.fromEntries(Object.entries(workflow.outputs).filter(([, link]) => keep(link.from))),
    layout: Object.fromEntries(Object.entries(workflow.layout).filter(([key]) => !ids.has(key))),
  };
}

/** The step without the links that fail `keep`. */
export function dropLinks(step: AppStep, keep: (from: string) => boolean): AppStep {
  let next = step;
  for (const [port, bound] of Object.entries(step.with)) {
    const left = keepLinks(bound, keep);
    if (left === bound) continue;
    const { [port]: _, ...others } = next.with;
    next = withoutScatter({ ...next, with: left === undefined ? others : { ...others, [port]: left } }, port);
  }
  return next;
}

/** Gives a step another id and carries links, outputs, conditions and its place along. */
export function renameStep(workflow: Workflow, from: string, to: string): Workflow {
  if (!workflow.steps[from] || workflow.steps[to] || RESERVED.has(to)) return workflow;
  const rename = (source: string) => {
    const { step, port } = parseLink(source);
    return step === from ? `${to}.${port}` : source;
  };
  const inCondition = new RegExp(`(?<![\\w.-])${from}\\.`, "g");
  const steps = Object.entries(workflow.steps).map(([id, step]) => {
    const bound = Object.entries(step.with).map(([port, value]) => [port, renameLinks(value, rename)] as const);
    const when = step.when === undefined ? {} : { when: step.when.replace(inCondition, `${to}.`) };
    return [id === from ? to : id, { ...step, with: Object.fromEntries(bound), ...when }] as const;
  });
  return {
    ...workflow,
    steps: Object.fromEntries(steps),
    outputs: mapValues(workflow.outputs, (link) => ({ from: rename(link.from) })),
    layout: Object.fromEntries(Object.entries(workflow.layout).map(([key, at]) => [key === from ? to : key, at])),
  };
}

export function moveNodes(workflow: Workflow, places: Record<string, Position>): Workflow {
  return { ...workflow, layout: { ...workflow.layout, ...mapValues(places, rounded) } };
}

export function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

const rounded = (at: Position): Position => ({ x: Math.round(at.x), y: Math.round(at.y) });
