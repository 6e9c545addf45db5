import { z } from "zod";
import { access, appName, network, resources, valueKind } from "#server/graph/app";
import { bilingual } from "#server/graph/text";

const hint = z.strictObject({
  port: z.enum(["in", "out"]).optional(),
  kind: valueKind.optional(),
  items: z.literal("file").optional(),
  mediaType: z.string().max(200).optional(),
  title: bilingual.optional(),
  help: bilingual.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  unit: z.string().max(40).optional(),
  secret: z.boolean().optional(),
  required: z.boolean().optional(),
});
export type Hint = z.infer<typeof hint>;

/** `krdc.app.json`: only what argparse cannot say. Unknown fields are refused so that a misspelt one is noticed. */
export const appManifest = z.strictObject({
  schema: z.literal("krdc.app/v1"),
  name: appName,
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/),
  title: bilingual.optional(),
  summary: bilingual.optional(),
  licence: z.string().max(80).default("unknown"),
  field: z.string().max(80).default("other"),
  command: z.array(z.string().min(1).max(1000)).min(1).max(50).default(["python3", "main.py"]),
  parameters: z.record(z.string(), hint).default({}),
  resources: resources.prefault({}),
  access: access.prefault({}),
  network: network.optional(),
});
export type AppManifest = z.infer<typeof appManifest>;
