import { isLink, type Workflow } from "./workflow";

/** One difference in meaning; `path` is the JSON path of the smallest part that differs. */
export type WorkflowChange = { path: string; kind: "added" | "removed" | "changed"; before?: unknown; after?: unknown };

/** What differs between two workflows apart from layout and the order in which things are written. */
export function diffWorkflow(before: Workflow, after: Workflow): WorkflowChange[] {
  const { layout: _before, ...one } = before;
  const { layout: _after, ...other } = after;
  return diffParts(one, other, "");
}

function diffParts(before: unknown, after: unknown, path: string): WorkflowChange[] {
  if (!(isPart(before) && isPart(after)))
    return isSame(before, after) ? [] : [{ path, kind: "changed", before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const inside = path ? `${path}.${name}` : name;
    const had = Object.hasOwn(before, name) && before[name] !== undefined;
    const has = Object.hasOwn(after, name) && after[name] !== undefined;
    if (had && has) return diffParts(before[name], after[name], inside);
    if (had) return [{ path: inside, kind: "removed" as const, before: before[name] }];
    return has ? [{ path: inside, kind: "added" as const, after: after[name] }] : [];
  });
}

/** Links, files and folders are told as wholes. */
const isPart = (part: unknown): part is Record<string, unknown> =>
  typeof part === "object" &&
  part !== null &&
  !Array.isArray(part) &&
  !isLink(part) &&
  !("kind" in part && "name" in part);

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const names = Object.keys(one);
  if (Array.isArray(one) !== Array.isArray(other) || names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && isSame(Reflect.get(one, name), Reflect.get(other, name)));
}
