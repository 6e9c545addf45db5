import dagre from "@dagrejs/dagre";
import { parseLink, type Workflow } from "#server/graph/workflow";
import { type AppsByReference, graphOfWorkflow } from "./graph-of-workflow";

type Place = { x: number; y: number };

export const STEP_WIDTH = 228;
const BOUNDARY_WIDTH = 168;
const BOUNDARY_HEIGHT = 54;
const COLUMN_GAP = 92;
const ROW_GAP = 36;

const stepHeight = (rows: number) => 70 + Math.max(rows, 1) * 24;

type Box = { id: string; width: number; height: number };
type Line = { id: string; source: string; target: string };

/** Beyond this many nodes dagre takes seconds; a plain layering takes milliseconds. */
const DAGRE_NODES = 150;

/** Places every node from left to right along the flow of data. */
export function layoutWorkflow(workflow: Workflow, apps: AppsByReference): Record<string, Place> {
  const { nodes, edges } = graphOfWorkflow({ workflow, apps, places: {} });
  const boxes = nodes.map(
    (node): Box =>
      node.type === "step"
        ? { id: node.id, width: STEP_WIDTH, height: stepHeight(node.data.inputs.length + node.data.outputs.length) }
        : { id: node.id, width: BOUNDARY_WIDTH, height: BOUNDARY_HEIGHT },
  );
  return boxes.length > DAGRE_NODES ? byLayers(boxes, edges) : byDagre(boxes, edges);
}

/** Few crossing links, found by dagre. */
function byDagre(boxes: readonly Box[], lines: readonly Line[]): Record<string, Place> {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: ROW_GAP, ranksep: COLUMN_GAP, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const line of lines) graph.setEdge(line.source, line.target, {}, line.id);
  dagre.layout(graph);
  const placed = boxes.map(({ id, width, height }) => {
    const { x = 0, y = 0 } = graph.node(id) as Partial<Place>;
    return [id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }] as const;
  });
  return Object.fromEntries(placed);
}

/** Columns by the longest way from a beginning; within a column by where the sources stand. */
function byLayers(boxes: readonly Box[], lines: readonly Line[]): Record<string, Place> {
  const sources = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { source, target } of lines) sources.get(target)?.push(source);
  const columnOf = columnsBy(sources);
  const columns: Box[][] = [];
  for (const box of boxes) {
    const column = columnOf.get(box.id) ?? 0;
    columns[column] = [...(columns[column] ?? []), box];
  }
  const places: Record<string, Place> = {};
  const middle = ({ id }: Box) => {
    const heights = (sources.get(id) ?? []).map((source) => places[source]?.y ?? 0);
    return heights.reduce((sum, y) => sum + y, 0) / Math.max(1, heights.length);
  };
  for (const [column, found] of columns.entries()) {
    const ordered = [...(found ?? [])].sort((a, b) => middle(a) - middle(b));
    let y = 0;
    for (const box of ordered) {
      places[box.id] = { x: column * (STEP_WIDTH + COLUMN_GAP), y };
      y += box.height + ROW_GAP;
    }
  }
  return places;
}

/** Each node one column behind its furthest source; a node inside a cycle counts as having been seen. */
function columnsBy(sources: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const columns = new Map<string, number>();
  const open = [...sources.keys()].reverse();
  const waiting = new Set<string>();
  for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
    const before = sources.get(id) ?? [];
    const missing = columns.has(id) ? [] : before.filter((source) => !(columns.has(source) || waiting.has(source)));
    if (missing.length > 0 && !waiting.has(id)) {
      waiting.add(id);
      open.push(...missing);
      continue;
    }
    open.pop();
    if (!columns.has(id)) columns.set(id, 1 + Math.max(-1, ...before.map((source) => columns.get(source) ?? -1)));
  }
  return columns;
}

const nodeKeys = (workflow: Workflow) => [
  ...Object.keys(workflow.steps),
  ...Object.keys(workflow.inputs).map((name) => `inputs.${name}`),
  ...Object.keys(workflow.outputs).map((name) => `outputs.${name}`),
];

/** A place for each node: the author's own where it has one, a computed one (below the others) where it has none. */
export function placesOf(workflow: Workflow, apps: AppsByReference): Record<string, Place> {
  const keys = nodeKeys(workflow);
  const missing = keys.filter((key) => workflow.layout[key] === undefined);
  if (missing.length === 0) return workflow.layout;
  if (missing.length === keys.length) return layoutWorkflow(workflow, apps);
  const placed = { ...workflow.layout };
  for (const key of missing) placed[key] = besideNeighbours(workflow, key, placed);
  return placed;
}

/** An input stands before what it feeds, an output behind its source; a step alone goes below all. */
function besideNeighbours(workflow: Workflow, key: string, placed: Record<string, Place>): Place {
  const source = key.startsWith("outputs.") ? workflow.outputs[key.slice(8)]?.from : undefined;
  const before = source && placed[parseLink(source).step];
  const wanted = before ? { x: before.x + STEP_WIDTH + 84, y: before.y + 24 } : below(placed);
  return freeFrom(wanted, placed);
}

function below(placed: Record<string, Place>): Place {
  const all = Object.values(placed);
  return { x: Math.min(...all.map((at) => at.x)), y: Math.max(...all.map((at) => at.y)) + 150 };
}

/** The nearest free place at or under the wanted one. */
export function freeFrom(wanted: Place, placed: Record<string, Place>): Place {
  const taken = Object.values(placed);
  const at = { ...wanted };
  while (taken.some((other) => Math.abs(other.x - at.x) < STEP_WIDTH && Math.abs(other.y - at.y) < 64)) at.y += 72;
  return at;
}
