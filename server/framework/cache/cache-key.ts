import type { AppVersion, Parameter } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import { digestOfJson } from "#server/protocol/canonical";

export type Production = {
  /** Where the app runs. */
  cluster: string;
  app: AppVersion;
  parameters: Record<string, Value>;
};

/** Files count by their bytes and by the names under which the app sees them; a folder's order is nobody's. */
function factsOf(bound: Value): unknown {
  if (Array.isArray(bound)) return bound.map(factsOf);
  if (typeof bound !== "object" || bound === null) return bound;
  if (bound.kind === "file") return { file: bound.name, sha256: bound.sha256 };
  const files = bound.files.map(({ path, sha256 }) => [path, sha256] as const);
  return { directory: bound.name, files: Object.fromEntries(files) };
}

/** What of a parameter decides how the program is called and what is taken from it; its words for people do not. */
const meaningOf = ({ title: _title, help: _help, unit: _unit, ...meaning }: Parameter) => meaning;

/** A program that talks to others, or is told a secret, is not decided by what stands in its key. */
const isCacheable = ({ network, parameters }: AppVersion): boolean =>
  network !== "any" && !parameters.some(({ secret }) => secret === true);

/**
 * The name of what a step makes: equal for equal cluster, image, command line and inputs, different for any other. Undefined
 * for an app whose results are never taken again.
 */
export function cacheKeyOf({ cluster, app, parameters }: Production): string | undefined {
  if (!isCacheable(app)) return undefined;
  const given = Object.entries(parameters).map(([name, bound]) => [name, factsOf(bound)] as const);
  return digestOfJson({
    schema: "krdc.cache-key/v1",
    cluster,
    app: { cluster: app.cluster, name: app.name, digest: app.digest },
    meaning: app.parameters.map(meaningOf),
    parameters: Object.fromEntries(given),
  });
}
