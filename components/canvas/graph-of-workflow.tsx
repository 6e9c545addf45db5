import type { Edge, Node } from "reactflow";
import type { AppVersion, Parameter } from "#server/graph/app";
import type { Bilingual } from "#server/graph/text";
import { type AppStep, isLink, parseAppRef, parseLink, type TypeName, type Workflow } from "#server/graph/workflow";

/** The app versions that the document names, by the very reference that stands in it. */
export type AppsByReference = ReadonlyMap<string, AppVersion>;

export type PortView = { name: string; title: Bilingual; type: string; required: boolean; linked: boolean };

export type StepNodeData = {
  title: Bilingual;
  app: string;
  version: string;
  cluster: string;
  /** False while the app's description is missing: its ports are then only those that links name. */
  known: boolean;
  inputs: PortView[];
  outputs: PortView[];
  scattered: string[];
  when: string | null;
};
export type BoundaryNodeData = { name: string; title: Bilingual; type: string };

export type StepNode = Node<StepNodeData, "step">;
export type InputNode = Node<BoundaryNodeData, "workflowInput">;
export type OutputNode = Node<BoundaryNodeData, "workflowOutput">;
export type CanvasNode = StepNode | InputNode | OutputNode;

/** `crossing`: the two ends run in different clusters, so the edge is drawn as a bridge. */
type LinkEdgeData = { crossing: boolean; cluster: string | null; label: string | null; scatter: boolean };
export type LinkEdge = Edge<LinkEdgeData, "link">;

type Place = { x: number; y: number };
type Drawing = {
  workflow: Workflow;
  apps: AppsByReference;
  places: Record<string, Place>;
  /** The cluster where a step will run or runs; its app's own cluster when nobody knows better. */
  clusterOf?: (step: string) => string | undefined;
  home?: string | undefined;
};

const typeText = (parameter: Parameter) => `${parameter.kind}${parameter.list ? "[]" : ""}`;
const both = (text: string): Bilingual => ({ ko: text, en: text });

const portOf = (parameter: Parameter, linked: boolean): PortView => ({
  name: parameter.name,
  title: parameter.title,
  type: typeText(parameter),
  required: parameter.required,
  linked,
});

const unknownPort = (name: string): PortView => ({ name, title: both(name), type: "", required: false, linked: true });

const carriesData = (parameter: Parameter) => parameter.kind === "file" || parameter.kind === "directory";

/** The sources of every link in a bound value. */
export function linksOf(bound: unknown): string[] {
  if (isLink(bound)) return [bound.from];
  return Array.isArray(bound) ? bound.filter((element) => isLink(element)).map((element) => element.from) : [];
}

const linkedPorts = (step: AppStep) =>
  Object.entries(step.with).flatMap(([port, bound]) => (linksOf(bound).length > 0 ? [port] : []));

function inputPorts(step: AppStep, app: AppVersion | undefined): PortView[] {
  const linked = new Set(linkedPorts(step));
  const known = app?.parameters.filter((one) => one.port === "in") ?? [];
  const shown = known.filter((one) => carriesData(one) || linked.has(one.name));
  const named = new Set(known.map((one) => one.name));
  const rest = [...linked].filter((name) => !named.has(name));
  return [...shown.map((one) => portOf(one, linked.has(one.name))), ...rest.map(unknownPort)];
}

function outputPorts(id: string, app: AppVersion | undefined, used: ReadonlySet<string>): PortView[] {
  const known = app?.parameters.filter((one) => one.port === "out") ?? [];
  const named = new Set(known.map((one) => one.name));
  const rest = [...used].map(parseLink).filter(({ step, port }) => step === id && !named.has(port));
  return [
    ...known.map((one) => portOf(one, used.has(`${id}.${one.name}`))),
    ...rest.map(({ port }) => unknownPort(port)),
  ];
}

function usedSources(workflow: Workflow): Set<string> {
  const bound = Object.values(workflow.steps).flatMap((step) => Object.values(step.with).flatMap(linksOf));
  return new Set([...bound, ...Object.values(workflow.outputs).map((link) => link.from)]);
}

function stepNode(id: string, step: AppStep, drawing: Drawing, used: ReadonlySet<string>): StepNode {
  const app = drawing.apps.get(step.app);
  const named = parseAppRef(step.app);
  return {
    id,
    type: "step",
    position: drawing.places[id] ?? { x: 0, y: 0 },
    data: {
      title: step.title ?? app?.title ?? both(named.name),
      app: `${named.cluster}/${named.name}`,
      version: app?.version ?? named.version ?? "",
      cluster: drawing.clusterOf?.(id) ?? named.cluster,
      known: app !== undefined,
      inputs: inputPorts(step, app),
      outputs: outputPorts(id, app, used),
      scattered: step.scatter ?? [],
      when: step.when ?? null,
    },
  };
}

function boundaryNodes({ workflow, places, apps }: Drawing): CanvasNode[] {
  const inputs = Object.entries(workflow.inputs).map(([name, input]): InputNode => {
    const id = `inputs.${name}`;
    const data = { name, title: input.title ?? both(name), type: input.type };
    return { id, type: "workflowInput", position: places[id] ?? { x: 0, y: 0 }, data };
  });
  const outputs = Object.entries(workflow.outputs).map(([name, link]): OutputNode => {
    const id = `outputs.${name}`;
    const data = { name, title: both(name), type: sourceType(workflow, apps, link.from) ?? "" };
    return { id, type: "workflowOutput", position: places[id] ?? { x: 0, y: 0 }, data };
  });
  return [...inputs, ...outputs];
}

/** The type of what `inputs.NAME` or `STEP.PORT` gives; a scattered step gives lists. */
function sourceType(workflow: Workflow, apps: AppsByReference, from: string): string | undefined {
  const { step: id, port } = parseLink(from);
  if (id === "inputs") return workflow.inputs[port]?.type;
  const step = workflow.steps[id];
  const found = step && apps.get(step.app)?.parameters.find((one) => one.name === port && one.port === "out");
  if (!step || !found) return undefined;
  const listed = found.list || (step.scatter?.length ?? 0) > 0;
  return `${found.kind}${listed ? "[]" : ""}` satisfies TypeName;
}

/** Nodes and edges as the canvas draws them: a pure picture of the document, which alone is the truth. */
export function graphOfWorkflow(drawing: Drawing): { nodes: CanvasNode[]; edges: LinkEdge[] } {
  const used = usedSources(drawing.workflow);
  const steps = Object.entries(drawing.workflow.steps);
  const nodes = [...boundaryNodes(drawing), ...steps.map(([id, step]) => stepNode(id, step, drawing, used))];
  const clusters = new Map(nodes.map((node) => [node.id, node.type === "step" ? node.data.cluster : drawing.home]));
  const edge = (from: string, target: string, port: string, scatter: boolean): LinkEdge => {
    const source = parseLink(from);
    const sourceId = source.step === "inputs" ? from : source.step;
    const [here, there] = [clusters.get(sourceId), clusters.get(target)];
    return {
      id: `${from}>${target}.${port}`,
      type: "link",
      source: sourceId,
      sourceHandle: source.step === "inputs" ? "out" : source.port,
      target,
      targetHandle: port,
      data: { crossing: !!here && !!there && here !== there, cluster: there ?? null, label: null, scatter },
    };
  };
  const edges = steps.flatMap(([id, step]) =>
    Object.entries(step.with).flatMap(([port, bound]) =>
      linksOf(bound).map((from) => edge(from, id, port, step.scatter?.includes(port) ?? false)),
    ),
  );
  const results = Object.entries(drawing.workflow.outputs).map(([name, link]) =>
    edge(link.from, `outputs.${name}`, "in", false),
  );
  const standing = new Set(nodes.map((node) => node.id));
  return { nodes, edges: [...edges, ...results].filter((one) => standing.has(one.source) && standing.has(one.target)) };
}
