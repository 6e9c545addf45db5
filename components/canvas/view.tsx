"use client";

import { useEffect, useRef } from "react";
import { useNodesInitialized, useReactFlow, useStoreApi } from "reactflow";
import type { CanvasNode } from "./graph-of-workflow";

/** The whole drawing with little around it, never larger than life. */
export const FIT = { padding: 0.08, maxZoom: 1 };

const READABLE_ZOOM = 0.62;
const EDGE_PX = 28;

/** Opens on the whole drawing; where that would be too small to read, on its beginning. */
export function FirstView({ settled }: { settled: boolean }) {
  const measured = useNodesInitialized();
  const { fitView, getNodes, getNodesBounds, getViewport, setViewport } = useReactFlow();
  const store = useStoreApi();
  const done = useRef(false);
  useEffect(() => {
    if (!(settled && measured) || done.current) return;
    done.current = true;
    void fitView({ ...FIT, minZoom: READABLE_ZOOM }).then(() => {
      const bounds = getNodesBounds(getNodes());
      const { zoom, x, y } = getViewport();
      const { width, height } = store.getState();
      const isWide = bounds.width * zoom > width;
      const isHigh = bounds.height * zoom > height;
      if (!(isWide || isHigh)) return;
      const left = isWide ? EDGE_PX - bounds.x * zoom : x;
      const top = isHigh ? EDGE_PX - bounds.y * zoom : y;
      return setViewport({ zoom, x: left, y: top });
    });
  }, [settled, measured, fitView, getNodes, getNodesBounds, getViewport, setViewport, store]);
  return null;
}

/** A step that was added out of sight is brought into it, with the whole drawing where that stays readable. */
export function ShowAdded({ nodes }: { nodes: readonly CanvasNode[] }) {
  const measured = useNodesInitialized();
  const { fitView, getInternalNode, getZoom, setCenter, getViewport } = useReactFlow();
  const store = useStoreApi();
  const known = useRef<ReadonlySet<string>>(undefined);
  useEffect(() => {
    if (!measured) return;
    const before = known.current;
    const added = before?.size ? nodes.findLast(({ id, type }) => type === "step" && !before.has(id)) : undefined;
    if (added && getInternalNode(added.id)?.measured.width === undefined) return;
    known.current = new Set(nodes.map(({ id }) => id));
    if (!added) return;
    const boxOf = () => {
      const node = getInternalNode(added.id);
      const { x, y } = node?.internals.positionAbsolute ?? added.position;
      return { x, y, width: node?.measured.width ?? 0, height: node?.measured.height ?? 0 };
    };
    const isSeen = () => isInView(boxOf(), getViewport(), store.getState());
    if (isSeen()) return;
    void fitView({ ...FIT, minZoom: READABLE_ZOOM }).then(() => {
      const { x, y, width, height } = boxOf();
      if (!isSeen()) void setCenter(x + width / 2, y + height / 2, { zoom: getZoom() });
    });
  }, [measured, nodes, fitView, getInternalNode, getZoom, setCenter, getViewport, store]);
  return null;
}

type Area = { x: number; y: number; width: number; height: number };

function isInView(box: Area, view: { x: number; y: number; zoom: number }, frame: { width: number; height: number }) {
  const [left, top] = [box.x * view.zoom + view.x, box.y * view.zoom + view.y];
  const [right, bottom] = [left + box.width * view.zoom, top + box.height * view.zoom];
  return left >= 0 && top >= 0 && right <= frame.width && bottom <= frame.height;
}
