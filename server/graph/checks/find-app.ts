import { type AppVersion, appPath, appReference, type Parameter } from "../app";
import { parseAppRef } from "../workflow";

/** The app that a step names: `apps` is keyed by the reference as written, by `cluster/name@version` or by `cluster/name`. */
export function findApp(apps: ReadonlyMap<string, AppVersion>, ref: string): AppVersion | undefined {
  const written = apps.get(ref);
  if (written) return written;
  const { version, digest, ...path } = parseAppRef(ref);
  const pinned = version ? apps.get(appReference({ ...path, version })) : undefined;
  if (pinned) return pinned;
  const any = apps.get(appPath(path));
  if (!any || (version && any.version !== version) || (digest && any.digest !== digest)) return undefined;
  return any;
}

const byName = new WeakMap<AppVersion, Map<string, Parameter>>();

export function findParameter(app: AppVersion, name: string): Parameter | undefined {
  const known = byName.get(app) ?? new Map(app.parameters.map((parameter) => [parameter.name, parameter]));
  byName.set(app, known);
  return known.get(name);
}
