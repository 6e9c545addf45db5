"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { type Connection, type Edge, type FinalConnectionState, Panel, useConnection } from "reactflow";
import type { AppsByReference } from "#components/canvas/graph-of-workflow";
import { connect, judgeConnection, type Target, targetOnStep, type Verdict } from "#components/document/connections";
import { useBilingual } from "#components/marks/words";
import { useTell } from "#components/ui/toast";
import type { Workflow } from "#server/graph/workflow";
import { useDesignerFacts } from "./designer-facts";
import { useDesigner } from "./designer-store";

const sourceOf = (node: string, handle: string | null | undefined) =>
  node.startsWith("inputs.") ? node : `${node}.${handle ?? ""}`;

const targetOn = (workflow: Workflow, apps: AppsByReference, from: string, node: string): Target | undefined =>
  node.startsWith("outputs.") ? { node, port: "in" } : targetOnStep(workflow, apps, from, node);

/** Where a drawn link began, if it began at an output. */
const sourceOfDrawn = ({ fromNode, fromHandle }: FinalConnectionState) =>
  fromNode && fromHandle?.type === "source" ? sourceOf(fromNode.id, fromHandle.id) : undefined;

/** The node whose body a link was dropped on. */
function nodeUnder(event: MouseEvent | TouchEvent): string | undefined {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  const found = point && document.elementFromPoint(point.clientX, point.clientY)?.closest(".react-flow__node");
  return found instanceof HTMLElement ? found.dataset.id : undefined;
}

/** Drawing links by mouse: what may be linked, what happens on release, and why something was refused. */
export function useLinking() {
  const workflow = useDesigner((state) => state.workflow);
  const edit = useDesigner((state) => state.edit);
  const { apps } = useDesignerFacts();
  const tell = useTell();
  const explain = useExplain();
  const judge = useCallback(
    (from: string, target: Target) => judgeConnection(workflow, apps, from, target),
    [workflow, apps],
  );
  const isValidConnection = useCallback(
    (link: Connection | Edge) =>
      judge(sourceOf(link.source, link.sourceHandle), { node: link.target, port: link.targetHandle ?? "" }).ok,
    [judge],
  );
  const onConnect = (link: Connection) => {
    const target = { node: link.target, port: link.targetHandle ?? "" };
    edit((now) => connect(now, apps, sourceOf(link.source, link.sourceHandle), target));
  };
  const dropped = (from: string, node: string, port: string | undefined) => {
    const target = port === undefined ? targetOn(workflow, apps, from, node) : { node, port };
    const verdict: Verdict = target ? judge(from, target) : { ok: false, code: "nothingFits" };
    if (!verdict.ok) tell(explain(verdict), "bad");
    else if (target) edit((now) => connect(now, apps, from, target));
  };
  const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
    const from = state.isValid ? undefined : sourceOfDrawn(state);
    const node = state.toNode?.id ?? nodeUnder(event);
    if (from === undefined || node === undefined || node === state.fromNode?.id) return;
    dropped(from, node, state.toHandle?.id ?? undefined);
  };
  return { isValidConnection, onConnect, onConnectEnd, connectionRadius: 24 };
}

/** Why a link may not be drawn, in words. */
function useExplain(): (verdict: Extract<Verdict, { ok: false }>) => string {
  const t = useTranslations("workflows.refused");
  const say = useBilingual();
  return (verdict) => {
    if (verdict.message) return say(verdict.message);
    const key = verdict.code as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : t("nothingFits");
  };
}

/** While a link is being drawn over a port where it may not end, the reason stands at the canvas's top. */
export function ConnectionHint() {
  const t = useTranslations("workflows.refused");
  const workflow = useDesigner((state) => state.workflow);
  const { apps } = useDesignerFacts();
  const explain = useExplain();
  const drawn = useConnection();
  if (!drawn.inProgress || !drawn.toHandle || drawn.isValid || drawn.fromHandle.nodeId === drawn.toHandle.nodeId)
    return null;
  const [source, target] =
    drawn.fromHandle.type === "source" ? [drawn.fromHandle, drawn.toHandle] : [drawn.toHandle, drawn.fromHandle];
  const verdict =
    source.type === target.type
      ? ({ ok: false, code: "sameSide" } as const)
      : judgeConnection(workflow, apps, sourceOf(source.nodeId, source.id), {
          node: target.nodeId,
          port: target.id ?? "",
        });
  if (verdict.ok) return null;
  return (
    <Panel position="top-center" className="pointer-events-none">
      <div
        role="alert"
        className="max-w-[60ch] rounded-md border border-warn bg-warn-soft px-3 py-1.5 text-sm text-warn"
      >
        <b>{t("cannot")}</b> {explain(verdict)}
      </div>
    </Panel>
  );
}
