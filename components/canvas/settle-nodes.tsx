import type { Node } from "reactflow";

/**
 * The nodes to draw after the document changed: what the canvas measured and what is being dragged is kept, and a node
 * of which nothing changed stays the same object, so that only changed nodes are drawn again.
 */
export function settleNodes<N extends Node>(
  before: readonly N[],
  derived: readonly N[],
  chosen: ReadonlySet<string>,
): N[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return derived.map((node) => {
    const old = known.get(node.id);
    const selected = chosen.has(node.id);
    if (!old) return { ...node, selected };
    const data = sameData(old.data, node.data) ? old.data : node.data;
    const position = old.dragging || samePlace(old, node) ? old.position : node.position;
    if (data === old.data && position === old.position && (old.selected ?? false) === selected) return old;
    return { ...old, data, position, selected };
  });
}

const samePlace = (a: Node, b: Node) => a.position.x === b.position.x && a.position.y === b.position.y;

const sameData = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
