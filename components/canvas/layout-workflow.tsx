import dagre from "@dagrejs/dagre";
import { type Box as Area, freePlace, type Place, type Size } from "#components/document/free-place";
import type { Workflow } from "#server/graph/workflow";
import { type AppsByReference, type CanvasNode, graphOfWorkflow, type LinkEdge } from "./graph-of-workflow";

export const STEP_WIDTH = 228;
const BOUNDARY_WIDTH = 168;
const BOUNDARY_HEIGHT = 54;
const COLUMN_GAP = 92;
const ROW_GAP = 36;
const PORTS_TOP = 67;
const ROW_HEIGHT = 24;

const stepHeight = (rows: number) => PORTS_TOP + 3 + Math.max(rows, 1) * ROW_HEIGHT;

/** How much room a step takes whose app nobody has described yet. */
export const NEW_STEP: Size = { width: STEP_WIDTH, height: stepHeight(4) };

type Box = Size & { id: string };
type Line = { id: string; source: string; target: string };

/** Beyond this many nodes dagre takes seconds; a plain layering takes milliseconds. */
const DAGRE_NODES = 150;

/** Places every node from left to right along the flow of data. */
export function layoutWorkflow(workflow: Workflow, apps: AppsByReference): Record<string, Place> {
  const { nodes, edges } = graphOfWorkflow({ workflow, apps, places: {} });
  const boxes = nodes.map((node): Box => ({ id: node.id, ...sizeOf(node) }));
  return boxes.length > DAGRE_NODES ? byLayers(boxes, edges) : byDagre(boxes, edges);
}

/** As large as the canvas will draw it. */
export const sizeOf = (node: CanvasNode): Size =>
  node.type === "step"
    ? { width: STEP_WIDTH, height: stepHeight(node.data.inputs.length + node.data.outputs.length) }
    : { width: BOUNDARY_WIDTH, height: BOUNDARY_HEIGHT };

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

/**
 * A place for each node: the author's own where it has one. The others stand beside what they belong to, inputs to the
 * left of what they feed and outputs to the right of what feeds them, and never on another node.
 */
export function placesOf(workflow: Workflow, apps: AppsByReference): Record<string, Place> {
  const { nodes, edges } = graphOfWorkflow({ workflow, apps, places: {} });
  const missing = nodes.filter(({ id }) => workflow.layout[id] === undefined);
  if (missing.length === 0) return workflow.layout;
  if (missing.length === nodes.length) return layoutWorkflow(workflow, apps);
  const places = { ...workflow.layout };
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const taken = nodes.flatMap((node): Area[] => {
    const at = places[node.id];
    return at ? [{ ...at, ...sizeOf(node) }] : [];
  });
  for (const node of [...missing].sort((a, b) => Number(b.type === "step") - Number(a.type === "step"))) {
    const size = sizeOf(node);
    const at = freePlace(besideNeighbours(node, edges, nodeOf, places) ?? below(taken), size, taken);
    places[node.id] = at;
    taken.push({ ...at, ...size });
  }
  return places;
}

/** Level with the port that it is linked to, a column before or behind it; undefined where no neighbour has a place. */
function besideNeighbours(
  node: CanvasNode,
  edges: readonly LinkEdge[],
  nodeOf: ReadonlyMap<string, CanvasNode>,
  places: Readonly<Record<string, Place>>,
): Place | undefined {
  const isInput = node.type === "workflowInput";
  const ends = edges.flatMap((edge) => {
    if ((isInput ? edge.source : edge.target) !== node.id) return [];
    const [id, port] = isInput ? [edge.target, edge.targetHandle] : [edge.source, edge.sourceHandle];
    const [at, there] = [places[id], nodeOf.get(id)];
    return at && there ? [{ ...at, y: at.y + portHeight(there, port ?? ""), width: sizeOf(there).width }] : [];
  });
  const [first] = ends.sort((a, b) => (isInput ? a.x - b.x : b.x - a.x));
  if (!first) return undefined;
  const x = isInput ? first.x - COLUMN_GAP - BOUNDARY_WIDTH : first.x + first.width + COLUMN_GAP;
  return { x, y: first.y - (node.type === "step" ? PORTS_TOP : BOUNDARY_HEIGHT / 2) };
}

/** How far below its node's top a port stands. */
function portHeight(node: CanvasNode, port: string): number {
  if (node.type !== "step") return BOUNDARY_HEIGHT / 2;
  const row = [...node.data.inputs, ...node.data.outputs].findIndex(({ name }) => name === port);
  return PORTS_TOP + (Math.max(row, 0) + 0.5) * ROW_HEIGHT;
}

function below(taken: readonly Area[]): Place {
  return {
    x: Math.min(...taken.map(({ x }) => x)),
    y: Math.max(...taken.map(({ y, height }) => y + height)) + ROW_GAP,
  };
}
