import { beginnings, type Machine, moves, reopenings } from "./transitions";

type Table = Readonly<Record<string, readonly string[] | undefined>>;

const titles: Record<Machine, string> = {
  run: "Run (home)",
  stepRun: "Step run (home)",
  remoteAttempt: "Remote attempt (home)",
  hostedRun: "Hosted run (host)",
  execution: "Execution (wherever something starts)",
  hostAgreement: "Agreement (host)",
  hubAgreement: "Agreement (hub)",
  cluster: "Cluster (hub)",
};

/** The states that a machine can ever be in. */
export function reachable(machine: Machine): Set<string> {
  const found = new Set<string>(beginnings[machine]);
  const table: Table = moves[machine];
  for (const state of found) for (const next of table[state] ?? []) found.add(next);
  return found;
}

function arrowsOf(machine: Machine): string[] {
  const table: Table = moves[machine];
  const again: Table = machine in reopenings ? reopenings[machine as keyof typeof reopenings] : {};
  return [...reachable(machine)].flatMap((state) => {
    const next = table[state] ?? [];
    const on = next.length === 0 ? [`${state} --> [*]`] : next.map((to) => `${state} --> ${to}`);
    return [...on, ...(again[state] ?? []).map((to) => `${state} --> ${to}: retry`)];
  });
}

/** One machine as a Mermaid diagram under its title. */
function diagramOf(machine: Machine): string {
  const begins = beginnings[machine].map((state) => `[*] --> ${state}`);
  const lines = [...begins, ...arrowsOf(machine)].map((line) => `  ${line}`);
  return [`**${titles[machine]}**`, "", "```mermaid", "stateDiagram-v2", ...lines, "```"].join("\n");
}

const [from, to] = ["<!-- states: made from server/protocol/transitions.ts -->", "<!-- end of states -->"];

/** The same document with its diagrams made anew. */
export function withDiagrams(document: string): string {
  const [before, rest] = document.split(from);
  const after = rest?.split(to)[1];
  if (before === undefined || after === undefined) throw new Error(`the document has no place marked ${from}`);
  const diagrams = (Object.keys(moves) as Machine[]).map(diagramOf).join("\n\n");
  return `${before}${from}\n\n${diagrams}\n\n${to}${after}`;
}
