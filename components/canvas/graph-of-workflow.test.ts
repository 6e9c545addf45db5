import { describe, expect, test } from "vitest";
import { anApp, aStep, aWorkflow, CLEAN, PLOT, someApps } from "../document/document.build";
import { firstOf, neighbourOf } from "../document/walk";
import { graphOfWorkflow } from "./graph-of-workflow";
import { layoutWorkflow, placesOf, sizeOf } from "./layout-workflow";
import { settleNodes } from "./settle-nodes";
import { appsByReference } from "./use-apps";

const workflow = aWorkflow({
  inputs: { table: { type: "file" } },
  steps: {
    clean: aStep(CLEAN, { input: { from: "inputs.table" } }),
    plot: aStep(PLOT, { input: { from: "clean.out" }, extra: [{ from: "clean.out" }, { from: "inputs.table" }] }),
  },
  outputs: { image: { from: "plot.image" } },
});
const draw = (more: object = {}) => graphOfWorkflow({ workflow, apps: someApps, places: {}, ...more });

describe("the drawing follows the document", () => {
  test("every step, input and output is a node, and every link an edge", () => {
    const { nodes, edges } = draw();
    expect(nodes.map((node) => node.id)).toEqual(["inputs.table", "outputs.image", "clean", "plot"]);
    expect(edges.map((edge) => edge.id)).toEqual([
      "inputs.table>clean.input",
      "clean.out>plot.input",
      "clean.out>plot.extra",
      "inputs.table>plot.extra",
      "plot.image>outputs.image.in",
    ]);
  });

  test("every edge ends at handles that its nodes show", () => {
    const { nodes, edges } = draw();
    const handles = new Set(
      nodes.flatMap((node) =>
        node.type === "step"
          ? [
              ...node.data.inputs.map((port) => `${node.id}<${port.name}`),
              ...node.data.outputs.map((port) => `${node.id}>${port.name}`),
            ]
          : [`${node.id}>out`, `${node.id}<in`],
      ),
    );
    for (const edge of edges) {
      expect(handles).toContain(`${edge.source}>${edge.sourceHandle}`);
      expect(handles).toContain(`${edge.target}<${edge.targetHandle}`);
    }
  });

  test("a step of an unknown app shows the ports that links name", () => {
    const { nodes, edges } = draw({ apps: new Map() });
    const plot = nodes.find((node) => node.id === "plot");
    expect(plot?.type === "step" && plot.data.inputs.map((port) => port.name)).toEqual(["input", "extra"]);
    expect(edges).toHaveLength(5);
  });

  test("settings appear as ports only when something is linked to them", () => {
    const plot = draw().nodes.find((node) => node.id === "plot");
    expect(plot?.type === "step" && plot.data.inputs.map((port) => port.name)).toEqual(["input", "extra"]);
  });

  test("an edge between clusters is a bridge; within one it is not", () => {
    const { edges } = draw({ home: "materials", clusterOf: (id: string) => (id === "plot" ? "bio" : undefined) });
    const crossing = edges.filter((edge) => edge.data?.crossing).map((edge) => edge.id);
    expect(crossing).toEqual([
      "clean.out>plot.input",
      "clean.out>plot.extra",
      "inputs.table>plot.extra",
      "plot.image>outputs.image.in",
    ]);
  });

  test("a link whose source is gone is no edge", () => {
    const { edges } = draw({
      workflow: { ...workflow, steps: { plot: aStep(PLOT, { input: { from: "gone.out" } }) }, outputs: {} },
    });
    expect(edges).toEqual([]);
  });
});

describe("places", () => {
  test("data flows from left to right", () => {
    const places = layoutWorkflow(workflow, someApps);
    const columns = ["inputs.table", "clean", "plot", "outputs.image"].map((id) => places[id]?.x ?? Number.NaN);
    expect(columns).toEqual([...columns].sort((a, b) => a - b));
    expect(new Set(columns).size).toBe(4);
  });

  test("the author's places are kept, and a new node takes a free one", () => {
    const layout = { clean: { x: 5, y: 6 }, plot: { x: 400, y: 6 } };
    const places = placesOf({ ...workflow, layout }, someApps);
    expect(places).toMatchObject(layout);
    expect(new Set(Object.values(places).map(({ x, y }) => `${x} ${y}`)).size).toBe(4);
  });

  test("where only steps have places, inputs stand left of what they feed, outputs right of their source, none on another", () => {
    const layout = { clean: { x: 0, y: 80 }, plot: { x: 320, y: 0 } };
    const places = placesOf({ ...workflow, layout }, someApps);
    const boxes = draw({ places }).nodes.map((node) => ({ id: node.id, ...node.position, ...sizeOf(node) }));
    const of = (id: string) => boxes.find((box) => box.id === id) ?? { x: Number.NaN, y: 0, width: 0, height: 0 };
    expect(of("inputs.table").x + of("inputs.table").width).toBeLessThan(of("clean").x);
    expect(of("outputs.image").x).toBeGreaterThan(of("plot").x + of("plot").width);
    for (const a of boxes) {
      for (const b of boxes) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart || a.id === b.id, `${a.id} stands on ${b.id}`).toBe(true);
      }
    }
  });
});

describe("places of large workflows", () => {
  const ids = Array.from({ length: 300 }, (_, at) => `s${at}`);
  const steps = Object.fromEntries(
    ids.map((id, at) => [id, aStep(CLEAN, at < 3 ? {} : { input: { from: `s${at - 3 + (at % 2)}.out` } })]),
  );
  const places = layoutWorkflow(aWorkflow({ steps }), someApps);

  test("every step stands right of what feeds it", () => {
    for (const [id, step] of Object.entries(steps)) {
      const source = (step.with.input as { from: string } | undefined)?.from.split(".")[0];
      if (source) expect(places[id]?.x).toBeGreaterThan(places[source]?.x ?? Number.NaN);
    }
  });

  test("no two steps stand on each other", () => {
    expect(new Set(Object.values(places).map(({ x, y }) => `${x} ${y}`)).size).toBe(300);
  });

  test("a circle still gets places", () => {
    const circle = { ...steps, s0: aStep(CLEAN, { input: { from: "s299.out" } }) };
    expect(Object.keys(layoutWorkflow(aWorkflow({ steps: circle }), someApps))).toHaveLength(300);
  });
});

test("a reference without a version means the newest, a pinned one its own", () => {
  const old = anApp("clean", [], { version: "1.0.0", publishedAt: "2026-01-01T00:00:00Z" });
  const young = anApp("clean", [], { version: "1.1.0", publishedAt: "2026-02-01T00:00:00Z" });
  const found = appsByReference(["materials/clean", CLEAN, "bio/clean"], [old, young]);
  expect([...found].map(([reference, app]) => `${reference} ${app.version}`)).toEqual([
    "materials/clean 1.1.0",
    `${CLEAN} 1.0.0`,
  ]);
});

describe("settling the drawn nodes", () => {
  const before = settleNodes([], draw().nodes, new Set<string>()).map((node) => ({
    ...node,
    measured: { width: 1, height: 1 },
  }));

  test("an unchanged node stays the same object", () => {
    const after = settleNodes(before, draw().nodes, new Set<string>());
    expect(after.every((node, at) => node === before[at])).toBe(true);
  });

  test("choosing one node touches only that one, and keeps its measure", () => {
    const after = settleNodes(before, draw().nodes, new Set(["plot"]));
    expect(after.filter((node, at) => node !== before[at]).map((node) => node.id)).toEqual(["plot"]);
    expect(after.every((node) => node.measured?.width === 1)).toBe(true);
  });

  test("a node that is being dragged stays under the hand", () => {
    const dragged = before.map((node) =>
      node.id === "plot" ? { ...node, dragging: true, position: { x: 77, y: 7 } } : node,
    );
    expect(settleNodes(dragged, draw().nodes, new Set<string>()).find((node) => node.id === "plot")?.position.x).toBe(
      77,
    );
  });
});

describe("walking by arrow keys", () => {
  const spots = [
    { id: "a", x: 0, y: 0 },
    { id: "b", x: 300, y: 20 },
    { id: "c", x: 300, y: 200 },
    { id: "d", x: 600, y: 0 },
  ];
  test.each<{ from: string; key: "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown"; want: string | undefined }>([
    { from: "a", key: "ArrowRight", want: "b" },
    { from: "b", key: "ArrowDown", want: "c" },
    { from: "c", key: "ArrowUp", want: "b" },
    { from: "d", key: "ArrowLeft", want: "b" },
    { from: "d", key: "ArrowRight", want: undefined },
    { from: "gone", key: "ArrowRight", want: undefined },
  ])("$key from $from -> $want", ({ from, key, want }) => {
    expect(neighbourOf(spots, from, key)).toBe(want);
  });

  test("the walk begins at the far left", () => {
    expect(firstOf(spots)).toBe("a");
    expect(firstOf([])).toBeUndefined();
  });
});
