import { z } from "zod";

const plain = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const parsedArgument = z.looseObject({
  dest: z.string(),
  options: z.array(z.string()),
  positional: z.boolean(),
  action: z.string(),
  type: z.string(),
  looksLike: z.string().nullable(),
  nargs: z.union([z.string(), z.int(), z.null()]),
  choices: z.array(plain).nullable(),
  range: z.looseObject({ min: z.number(), max: z.number() }).nullable(),
  default: z.unknown(),
  required: z.boolean(),
  hidden: z.boolean(),
  help: z.string().nullable(),
  exclusiveGroup: z.int().nullable(),
});
export type ParsedArgument = z.infer<typeof parsedArgument>;

/** What the probe wrote: the program's parser as plain JSON, or why there is none. */
export const probeResult = z.union([
  z.looseObject({ error: z.looseObject({ code: z.string(), message: z.string().optional() }) }),
  z.looseObject({
    description: z.string().nullable(),
    parameters: z.array(parsedArgument).max(500),
    problems: z.array(z.looseObject({ code: z.string(), dest: z.string().nullable() })),
  }),
]);
