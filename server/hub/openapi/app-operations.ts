import { z } from "zod";
import { access, appName, appVersion, clusterName, parameter } from "#server/graph/app";
import { bilingual } from "#server/graph/text";
import { appRef, fileValue } from "#server/graph/workflow";
import { buildView } from "#server/protocol/framework-api";
import { operation } from "./operation";

const app = z.strictObject({ cluster: clusterName, name: appName });
const cluster = z.strictObject({ cluster: clusterName });
const versionText = z.string().min(1).max(64);
/** One or several of the same name in the address. */
const several = z.union([z.string().max(200), z.array(z.string().max(200)).max(50)]).transform((it) => [it].flat());
const flag = z.enum(["1", "true", "0", "false"]).transform((text) => text === "1" || text === "true");
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const permission = z.enum(["home", "open", "granted", "request", "closed"]);
const usage = z.object({ days: z.array(z.int()), runs: z.int(), succeeded: z.int() }).nullable();
const facet = z.array(z.object({ value: z.string(), count: z.int() }));
const card = z.object({
  cluster: clusterName,
  name: appName,
  version: versionText,
  title: bilingual,
  summary: bilingual,
  licence: z.string(),
  field: z.string(),
  access,
  publishedAt: z.iso.datetime().nullable(),
  permission,
  usage,
  highlights: z.array(z.string()).optional(),
});
const published = z.object({
  version: versionText,
  digest: z.string(),
  publishedAt: z.iso.datetime(),
  state: z.enum(["PUBLISHED", "WITHDRAWN"]),
});
const agreement = z.object({ id: z.uuid(), state: z.string(), expiresAt: z.iso.datetime().nullable() }).nullable();
const market = { room: "market" } as const;
const apps = { room: "apps" } as const;

export const listAppsOperation = operation({
  ...market,
  method: "GET",
  path: "/api/v1/apps",
  summary: "Search the market",
  query: z.strictObject({
    q: z.string().max(200).optional(),
    cluster: several.optional(),
    field: several.optional(),
    licence: several.optional(),
    media: several.optional(),
    runnable: flag.optional(),
    cursor: z.string().max(500).optional(),
    limit: count(1, 100).optional(),
  }),
  answer: z.object({
    items: z.array(card),
    facets: z.object({ clusters: facet, fields: facet, licences: facet, inputs: facet }),
    total: z.int(),
    next: z.string().nullable(),
  }),
});
export const getAppOperation = operation({
  ...market,
  method: "GET",
  path: "/api/v1/apps/{cluster}/{name}",
  summary: "One app: its newest version's fields, all versions, usage, my permission",
  params: app,
  query: z.strictObject({ version: versionText.optional() }),
  answer: appVersion.extend({ app: appVersion, permission, versions: z.array(published), usage, agreement }),
});
export const resolveAppsOperation = operation({
  ...market,
  method: "POST",
  path: "/api/v1/apps/resolve",
  summary: "The versions that references name",
  body: z.strictObject({ apps: z.array(appRef).max(5000) }),
  answer: z.object({ items: z.array(appVersion), missing: z.array(z.string()) }),
});
export const publishAppOperation = operation({
  ...apps,
  method: "POST",
  path: "/api/v1/apps/{cluster}/{name}/versions/{version}/publish",
  summary: "Publish a built version",
  params: app.extend({ version: versionText }),
  answer: z.object({ app: z.string(), digest: z.string() }),
});
export const listMyAppsOperation = operation({
  ...apps,
  method: "GET",
  path: "/api/v1/my/apps",
  summary: "Versions at the clusters where I provide",
  answer: z.object({
    items: z.array(z.object({ app: z.string(), state: z.string(), digest: z.string(), title: bilingual })),
    unreachable: z.array(z.string()),
  }),
});
export const startBuildOperation = operation({
  ...apps,
  method: "POST",
  path: "/api/v1/clusters/{cluster}/builds",
  summary: "Register an app: its source as tar.gz is built at the cluster",
  params: cluster,
  stream: "application/gzip",
  answer: z.object({ id: z.uuid() }),
  status: 202,
});
export const getBuildOperation = operation({
  ...apps,
  method: "GET",
  path: "/api/v1/clusters/{cluster}/builds/{id}",
  summary: "A build's state and its log since an offset",
  params: cluster.extend({ id: z.uuid() }),
  query: z.strictObject({
    logOffset: count(0, Number.MAX_SAFE_INTEGER).default(0),
    wait: count(0, 25).default(0),
  }),
  answer: buildView.extend({ parameters: z.array(parameter).nullable() }),
});
export const uploadOperation = operation({
  ...apps,
  method: "PUT",
  path: "/api/v1/clusters/{cluster}/uploads",
  summary: "A file for a run whose home is this cluster",
  params: cluster,
  query: z.strictObject({ name: z.string().min(1).max(255) }),
  stream: "*/*",
  answer: fileValue,
  status: 201,
});
