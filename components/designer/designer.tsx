"use client";

import { useTranslations } from "next-intl";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { ReactFlowProvider, useReactFlow } from "reactflow";
import { type AppsByReference, graphOfWorkflow } from "#components/canvas/graph-of-workflow";
import { NEW_STEP, placesOf, sizeOf } from "#components/canvas/layout-workflow";
import { useApps } from "#components/canvas/use-apps";
import { SidePanel } from "#components/designer-panel/side-panel";
import { ConflictNotice } from "#components/designer-run/conflict-notice";
import { RunDialog } from "#components/designer-run/run-dialog";
import { useHome } from "#components/designer-run/use-home";
import { freePlace } from "#components/document/free-place";
import { addStep, type Position } from "#components/document/steps";
import { cn } from "#components/ui/class-names";
import { parseAppRef } from "#server/graph/workflow";
import type { WorkflowDraft } from "#server/protocol/run-rows";
import { DesignerBar } from "./designer-bar";
import { DesignerCanvas } from "./designer-canvas";
import { countByNode, DesignerFactsContext, useDesignerFacts, usePlan, useProblems } from "./designer-facts";
import { createDesignerStore, DesignerContext, useDesigner, useDesignerStore } from "./designer-store";
import { Palette, type PaletteApp } from "./palette";
import { ProblemList } from "./problem-list";
import { useAutosave } from "./use-autosave";
import { canvasKey, useCommands, useGlobalKeys } from "./use-commands";

type Props = {
  draft: WorkflowDraft;
  /** An app to add on arrival, as `cluster/name` or with its version. */
  add?: string | undefined;
};

/** The workflow designer: one store for the document, everything else is read from it. */
export function Designer(props: Props) {
  const [store] = useState(() => createDesignerStore(props.draft.document));
  return (
    <DesignerContext value={store}>
      <ReactFlowProvider>
        <Facts {...props} />
      </ReactFlowProvider>
    </DesignerContext>
  );
}

const NARROW = "(max-width: 767px)";

/** Drawing needs room and a keyboard: on a phone the workflow can be read and run. */
function useIsNarrow(): boolean {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const query = window.matchMedia(NARROW);
    const look = () => setNarrow(query.matches);
    look();
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return narrow;
}

function Facts(props: Props) {
  const workflow = useDesigner((state) => state.workflow);
  const { apps, loading } = useApps(workflow);
  useFirstPlaces(apps, loading);
  const problems = useProblems(workflow, apps, loading);
  const [home, setHome] = useHome(props.draft.id, workflow, apps);
  const plan = usePlan(workflow, apps, home);
  const narrow = useIsNarrow();
  const mayEdit = props.draft.mayEdit && !narrow;
  const facts = useMemo(
    () => ({
      apps,
      appsLoading: loading,
      problems,
      problemCounts: countByNode(problems),
      plan,
      home,
      setHome,
      mayEdit,
    }),
    [apps, loading, problems, plan, home, setHome, mayEdit],
  );
  return (
    <DesignerFactsContext value={facts}>
      <Rooms {...props} narrow={narrow} />
    </DesignerFactsContext>
  );
}

function Rooms({ draft, add, narrow }: Props & { narrow: boolean }) {
  const t = useTranslations("workflows");
  const store = useDesignerStore();
  const choose = useDesigner((state) => state.choose);
  const { state: saved, autosave } = useAutosave(store, draft);
  const [chosenEdge, setChosenEdge] = useState<string>();
  const [running, setRunning] = useState(false);
  const commands = useCommands({ chosenEdge, onChooseEdge: setChosenEdge });
  useGlobalKeys(commands);
  const search = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLElement>(null);
  const addApp = useAddApp(add);
  const show = useShow();
  const open = () => panel.current?.focus();
  return (
    <div className="grid h-room grid-rows-[auto_auto_minmax(0,1fr)] bg-paper">
      <DesignerBar
        draft={draft}
        saved={saved}
        commands={commands}
        onRun={() => setRunning(true)}
        beforeLeaving={() => autosave.flush()}
      />
      <div>
        {saved === "conflict" ? <ConflictNotice /> : null}
        {narrow ? <p className="border-b border-line bg-soft px-4 py-2 text-sm text-dim">{t("narrow")}</p> : null}
      </div>
      <div
        className={cn(
          "grid min-h-0 grid-cols-[minmax(0,1fr)]",
          draft.mayEdit
            ? "md:grid-cols-[216px_minmax(0,1fr)_minmax(264px,320px)]"
            : "md:grid-cols-[minmax(0,1fr)_minmax(264px,320px)]",
        )}
      >
        {narrow || !draft.mayEdit ? null : <Palette search={search} onAdd={(app) => addApp(app)} />}
        <div className="grid min-h-0 grid-rows-[1fr_minmax(88px,auto)] [&>section:last-child]:max-h-44">
          <DesignerCanvas
            onKey={(event) => canvasKey(event, { ...commands, onAdd: () => search.current?.focus(), onOpen: open })}
            onDropApp={addApp}
            chosenEdge={chosenEdge}
            onChooseEdge={setChosenEdge}
            onOpen={open}
          />
          <ProblemList
            onShow={(key, parameter) => {
              choose([key]);
              show(key);
              focusField(panel, parameter);
            }}
          />
        </div>
        {narrow ? null : <SidePanel panel={panel} />}
      </div>
      {running ? <RunDialog onClose={() => setRunning(false)} beforeLeaving={() => autosave.flush()} /> : null}
    </div>
  );
}

/** A document that came without places (imported, or written by hand) gets them once, so that nothing moves while it is edited. */
function useFirstPlaces(apps: AppsByReference, loading: boolean) {
  const store = useDesignerStore();
  useEffect(() => {
    const { workflow } = store.getState();
    const layout = loading ? workflow.layout : placesOf(workflow, apps);
    if (layout === workflow.layout) return;
    const history = store.temporal.getState();
    history.pause();
    store.setState({ workflow: { ...workflow, layout } });
    history.resume();
  });
}

/** Brings a node into view without changing the zoom. */
function useShow() {
  const { getInternalNode, setCenter, getZoom } = useReactFlow();
  return (key: string) => {
    const node = getInternalNode(key);
    const at = node?.internals.positionAbsolute;
    if (at)
      setCenter(at.x + (node.measured.width ?? 0) / 2, at.y + (node.measured.height ?? 0) / 2, { zoom: getZoom() });
  };
}

/** To the field of a parameter, once the panel shows its step; without one, to the panel itself. */
function focusField(panel: RefObject<HTMLElement | null>, parameter: string | undefined) {
  requestAnimationFrame(() => {
    const field = parameter && panel.current?.querySelector(`[data-parameter="${CSS.escape(parameter)}"]`);
    const control = field ? field.querySelector<HTMLElement>("input, select, textarea, button") : undefined;
    (control ?? panel.current)?.focus();
    (field || undefined)?.scrollIntoView({ block: "center" });
  });
}

const FIRST_PLACE: Position = { x: 40, y: 40 };
const COLUMN = 320;

/** Adds an app where it was dropped, or to the right of what was chosen or added last. */
function useAddApp(add: string | undefined) {
  const store = useDesignerStore();
  const { apps } = useDesignerFacts();
  const added = useRef(false);
  const addApp = (app: PaletteApp, at?: Position) => {
    const { workflow, chosen, edit, choose } = store.getState();
    const last = [...chosen].at(-1) ?? Object.keys(workflow.steps).at(-1);
    const beside = last === undefined ? undefined : workflow.layout[last];
    const wanted = at ?? (beside ? { x: beside.x + COLUMN, y: beside.y } : FIRST_PLACE);
    const { nodes } = graphOfWorkflow({ workflow, apps, places: workflow.layout });
    const taken = nodes.map((node) => ({ ...node.position, ...sizeOf(node) }));
    const next = addStep(workflow, app, at ?? freePlace(wanted, NEW_STEP, taken));
    edit(() => next.workflow);
    choose([next.id]);
  };
  useEffect(() => {
    if (add === undefined || added.current) return;
    added.current = true;
    const { cluster, name, version } = parseAppRef(add);
    addApp({ cluster, name, version: version ?? "" });
    window.history.replaceState(null, "", window.location.pathname);
  });
  return addApp;
}
