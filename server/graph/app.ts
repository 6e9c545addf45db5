import { z } from "zod";
import { bilingual } from "./text";

/** Kinds of single values that flow between steps; `file` and `directory` travel as artifacts, the others as JSON. */
export const valueKind = z.enum(["file", "directory", "string", "integer", "number", "boolean"]);
export type ValueKind = z.infer<typeof valueKind>;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** How a parameter reaches the program's command line; `none` are small results written to KRDC_OUTPUTS. */
const argument = z.discriminatedUnion("style", [
  z.strictObject({ style: z.literal("option"), option: z.string() }),
  z.strictObject({ style: z.literal("positional"), order: z.int().min(0) }),
  z.strictObject({
    style: z.literal("switch"),
    option: z.string(),
    whenTrue: z.boolean(),
    negative: z.string().optional(),
  }),
  z.strictObject({ style: z.literal("none") }),
]);

/** One parameter of an app as forms, ports, validation and the argument array all read it; `name` is argparse's dest. */
export const parameter = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,79}$/),
  kind: valueKind,
  /** Where it meets other steps: files and folders have a port, `value` results have `out`, plain settings have `in`. */
  port: z.enum(["in", "out"]),
  list: z.boolean(),
  /** A folder whose files may be taken as a list. */
  items: z.literal("file").optional(),
  mediaType: z.string().max(200).optional(),
  required: z.boolean(),
  default: z.union([scalar, z.array(scalar), z.null()]).optional(),
  choices: z.array(scalar).max(1000).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  unit: z.string().max(40).optional(),
  secret: z.boolean().optional(),
  title: bilingual,
  help: bilingual,
  argument,
  /** argparse's nargs for lists that must have an exact length; absent means any. */
  length: z.int().min(1).optional(),
  /** `repeat`: one `--option=value` for each element (action append); `spread`: elements after the option (nargs). */
  listStyle: z.enum(["repeat", "spread"]).optional(),
  /** At most one parameter of the same group may be given (argparse's mutually exclusive group). */
  exclusiveGroup: z.string().optional(),
});
export type Parameter = z.infer<typeof parameter>;

export const resources = z.strictObject({
  cpu: z
    .string()
    .regex(/^[1-9]\d{0,8}m?$/)
    .default("500m"),
  memory: z
    .string()
    .regex(/^[1-9]\d{0,8}(Ki|Mi|Gi)$/)
    .default("512Mi"),
  gpu: z.int().min(0).default(0),
  durationSeconds: z
    .int()
    .min(1)
    .max(30 * 86400)
    .default(3600),
});
export type Resources = z.infer<typeof resources>;

export const access = z.strictObject({
  remote: z.enum(["open", "on-request", "closed"]).default("on-request"),
  download: z.enum(["open", "on-request", "closed"]).default("closed"),
});
export type Access = z.infer<typeof access>;

export const network = z.enum(["none", "any"]);

export const appName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/);
export const clusterName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** What everybody may know of one immutable app version: enough to draw, check, plan and run it. */
export const appVersion = z.strictObject({
  cluster: clusterName,
  name: appName,
  version: z.string().min(1).max(64),
  digest,
  title: bilingual,
  summary: bilingual,
  readme: z.string().max(200_000),
  licence: z.string().max(80),
  field: z.string().max(80),
  parameters: z.array(parameter).max(500),
  resources,
  access,
  /** Whether its program talks to a network; not said is `none`. */
  network: network.optional(),
  sourceCommit: z.string().max(200).nullable(),
  publishedAt: z.iso.datetime().nullable(),
});
export type AppVersion = z.infer<typeof appVersion>;

/** `cluster/name`, the name under which an app is known everywhere. */
export const appPath = (app: { cluster: string; name: string }) => `${app.cluster}/${app.name}`;
/** `cluster/name@version`, as a published workflow pins it. */
export const appReference = (app: { cluster: string; name: string; version: string }) =>
  `${appPath(app)}@${app.version}`;
