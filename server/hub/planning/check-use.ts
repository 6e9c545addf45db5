import { type AppVersion, appPath } from "#server/graph/app";
import { inputValue } from "#server/graph/checks/check-inputs";
import { problemAt } from "#server/graph/checks/problem";
import {
  type AppStep,
  type Binding,
  isLink,
  type Link,
  type Problem,
  parseLink,
  type Value,
  type Workflow,
} from "#server/graph/workflow";
import { isEgressRefused, overLimits, type UseTerms } from "#server/protocol/parameter-limits";
import type { CheckedDraft } from "./check-submission";

type Element = Exclude<Value, readonly unknown[]>;
type Known = { values: Record<string, Value>; unknown: Set<string> };

/** What a link gives before anything has run: the value of an input; undefined for what a step is still to make. */
function knownLink(document: Workflow, inputs: Record<string, Value>, { from }: Link): Value | undefined {
  const { step, port } = parseLink(from);
  return step === "inputs" ? inputValue(document, inputs, port) : undefined;
}

/** Of a list the elements that are known. */
function knownElements(
  document: Workflow,
  inputs: Record<string, Value>,
  binding: readonly (Link | Element)[],
): Element[] {
  return binding.flatMap((one) => {
    const value = isLink(one) ? knownLink(document, inputs, one) : one;
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  });
}

function knownValue(document: Workflow, inputs: Record<string, Value>, binding: Binding): Value | undefined {
  if (Array.isArray(binding)) return knownElements(document, inputs, binding);
  return isLink(binding) ? knownLink(document, inputs, binding) : binding;
}

/** The values that a step is going to get, as far as they are known before anything ran. */
function knownValues(document: Workflow, step: AppStep, inputs: Record<string, Value>): Known {
  const known: Known = { values: {}, unknown: new Set() };
  for (const [name, binding] of Object.entries(step.with)) {
    const found = knownValue(document, inputs, binding);
    if (found === undefined) known.unknown.add(name);
    else known.values[name] = found;
  }
  return known;
}

function problemsOf(id: string, known: Known, app: AppVersion, terms: UseTerms): Problem[] {
  const over = overLimits(terms.parameters, app, known.values, known.unknown);
  return [
    ...over.map(({ code, name, bound }) => problemAt(`steps.${id}.with.${name}`, code, { name, bound })),
    ...(isEgressRefused(terms, app)
      ? [problemAt(`steps.${id}.app`, "agreement.egress_refused", { app: appPath(app) })]
      : []),
  ];
}

type Planned = Pick<CheckedDraft, "document" | "apps" | "places">;

/** What the agreements, by `cluster/app`, do not allow of a run's remote steps: the same that their hosts would refuse later. */
export function checkUse(
  { document, apps, places }: Planned,
  inputs: Record<string, Value>,
  terms: ReadonlyMap<string, UseTerms>,
): Problem[] {
  return places.flatMap(({ id, placement }) => {
    const step = document.steps[id];
    const app = step && apps.get(step.app);
    const agreed = app && terms.get(appPath(app));
    if (placement !== "remote" || !step || !app || !agreed) return [];
    return problemsOf(id, knownValues(document, step, inputs), app, agreed);
  });
}
