import { parseExpression, referencesOf } from "./expression";
import { type AppStep, type Binding, isLink, type Link, parseLink, type Workflow } from "./workflow";

/** The links that a binding holds: itself, or those among its elements. */
export function linksIn(binding: Binding): Link[] {
  if (isLink(binding)) return [binding];
  return Array.isArray(binding) ? binding.flatMap((element) => (isLink(element) ? [element] : [])) : [];
}

/** The steps that must end before this one can start, by its links and its condition. */
export function parentsOf(step: AppStep): Set<string> {
  const froms = Object.values(step.with).flatMap((binding) => linksIn(binding).map((link) => link.from));
  const parsed = step.when === undefined ? undefined : parseExpression(step.when);
  const references = parsed && "expression" in parsed ? referencesOf(parsed.expression) : [];
  const steps = [...froms, ...references].map((from) => parseLink(from).step);
  return new Set(steps.filter((id) => id !== "inputs"));
}

export type StepGraph = { parents: Map<string, Set<string>>; children: Map<string, Set<string>> };

/** Both directions of the dependencies; links to steps that do not exist are left out. */
export function stepGraph(workflow: Pick<Workflow, "steps">): StepGraph {
  const ids = Object.keys(workflow.steps);
  const parents = new Map(ids.map((id) => [id, new Set<string>()]));
  const children = new Map(ids.map((id) => [id, new Set<string>()]));
  for (const [id, step] of Object.entries(workflow.steps)) {
    for (const parent of parentsOf(step)) {
      if (!children.has(parent)) continue;
      parents.get(id)?.add(parent);
      children.get(parent)?.add(id);
    }
  }
  return { parents, children };
}

/** Parents before children, otherwise as written; `cycles` names the steps of each cycle, which `order` leaves out with all that follows them. */
export function topologicalOrder(graph: StepGraph): { order: string[]; cycles: string[][] } {
  const order = peel(new Set(graph.parents.keys()), graph.parents, graph.children);
  const left = new Set(graph.parents.keys());
  for (const id of order) left.delete(id);
  const cycles = findCycles(left, graph);
  return { order, cycles };
}

/** Takes away, again and again, what nothing in the set stands before. */
function peel(ids: Set<string>, before: StepGraph["parents"], after: StepGraph["parents"]): string[] {
  const open = new Map(
    [...ids].map((id) => [id, [...(before.get(id) ?? [])].filter((other) => ids.has(other)).length]),
  );
  const free = [...ids].filter((id) => open.get(id) === 0);
  for (let at = 0; at < free.length; at += 1) {
    for (const next of after.get(free[at] ?? "") ?? []) {
      const count = open.get(next);
      if (count === undefined) continue;
      open.set(next, count - 1);
      if (count === 1) free.push(next);
    }
  }
  return free;
}

function findCycles(left: Set<string>, graph: StepGraph): string[][] {
  const cycles: string[][] = [];
  for (;;) {
    for (const id of peel(left, graph.parents, graph.children)) left.delete(id);
    for (const id of peel(left, graph.children, graph.parents)) left.delete(id);
    const [start] = left;
    if (start === undefined) return cycles;
    const cycle = walkCycle(start, left, graph);
    cycles.push(cycle);
    for (const id of cycle) left.delete(id);
  }
}

function walkCycle(start: string, left: Set<string>, graph: StepGraph): string[] {
  const path: string[] = [];
  const placeOf = new Map<string, number>();
  let at = start;
  while (!placeOf.has(at)) {
    placeOf.set(at, path.length);
    path.push(at);
    at = [...(graph.children.get(at) ?? [])].find((id) => left.has(id)) ?? at;
  }
  return path.slice(placeOf.get(at));
}

/** Everything that waits for these steps, directly or through others, without the steps themselves unless a cycle leads back. */
export function descendantsOf(graph: StepGraph, ids: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const child of graph.children.get(id) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      open.push(child);
    }
  }
  return found;
}

/** Whether a new link between these two steps would close a cycle. */
export function wouldCloseCycle(workflow: Pick<Workflow, "steps">, from: string, to: string): boolean {
  return from === to || descendantsOf(stepGraph(workflow), [to]).has(from);
}
