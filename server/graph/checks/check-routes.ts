import type { StepPlacement } from "../plan";
import {
  type Binding,
  type FileValue,
  isLink,
  type Link,
  type Problem,
  parseLink,
  type Value,
  type Workflow,
} from "../workflow";
import { inputValue } from "./check-inputs";
import { problemAt } from "./problem";

/** Clusters that nobody can dial, and the largest file that two such clusters can hand each other. */
export type Routes = { home: string; undialed: ReadonlySet<string>; mostBytes: number };

const mib = (bytes: number) => (Math.ceil((bytes / 1024 ** 2) * 10) / 10).toString();

function filesIn(value: Value | undefined): FileValue[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (typeof value !== "object" || value === null) return [];
  return value.kind === "file" ? [value] : value.files.map((file) => ({ ...file, name: file.path }));
}

/** What is known of a binding before anything ran: what stands in it, and what a person gives to the inputs that it names. */
function knownFiles(workflow: Workflow, values: Record<string, Value>, binding: Binding): FileValue[] {
  const known = (one: Link | Value): FileValue[] => {
    if (!isLink(one)) return filesIn(one as Value);
    const { step, port } = parseLink(one.from);
    return step === "inputs" ? filesIn(inputValue(workflow, values, port)) : [];
  };
  return Array.isArray(binding) ? binding.flatMap(known) : known(binding);
}

/** Every input of a remote step with a file that is too large for the only way between its home and its host. */
export function checkRoutes(
  workflow: Workflow,
  places: readonly StepPlacement[],
  values: Record<string, Value>,
  { home, undialed, mostBytes }: Routes,
): Problem[] {
  if (!undialed.has(home)) return [];
  const cutOff = places.filter(({ placement, cluster }) => placement === "remote" && undialed.has(cluster));
  return cutOff.flatMap(({ id, cluster }) =>
    Object.entries(workflow.steps[id]?.with ?? {}).flatMap(([name, binding]) => {
      const [largest] = knownFiles(workflow, values, binding).sort((one, other) => other.size - one.size);
      if (!largest || largest.size <= mostBytes) return [];
      const facts = { file: largest.name, size: mib(largest.size), most: mib(mostBytes), home, host: cluster };
      return [problemAt(`steps.${id}.with.${name}`, "no_route", facts)];
    }),
  );
}
