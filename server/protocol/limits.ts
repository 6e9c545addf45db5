import { z } from "zod";

/** What one attempt may take at most: milli-cpus, bytes, GPUs and seconds. */
export const limits = z.strictObject({
  cpuMillis: z.int().min(1),
  memoryBytes: z.int().min(1),
  gpu: z.int().min(0),
  durationSeconds: z.int().min(1),
  outputBytes: z.int().min(1),
});
export type Limits = z.infer<typeof limits>;

/** The first of these ceilings that is gone over, or undefined. */
export const overCeiling = (asked: Limits, ceiling: Limits): keyof Limits | undefined =>
  (Object.keys(asked) as (keyof Limits)[]).find((name) => asked[name] > ceiling[name]);
