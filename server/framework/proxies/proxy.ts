import { createHmac } from "node:crypto";
import { digestOfJson } from "#server/protocol/canonical";
import { attemptName } from "#server/protocol/run-key";

/** A scattered step has at most this many proxy apps, each for a share of its instances. */
export const proxiesOfScatteredStep = 20;

type Represented = { runKey: string; attempt: number; runId: string; request: { step: string; index: number } };

const groupPrefix = "proxy-group-";
export const isGroup = (proxyGroup: string) => proxyGroup.startsWith(groupPrefix);

/** What one proxy app stands for: a single attempt, or every n-th instance of a scattered step, whatever their attempts. */
export function proxyGroupOf({ runKey, attempt, runId, request }: Represented, isScattered: boolean): string {
  if (!isScattered) return `proxy-${attemptName(runKey, attempt).slice(3)}`;
  const share = request.index % proxiesOfScatteredStep;
  return `${groupPrefix}${digestOfJson([runId, request.step, share]).slice(0, 40)}`;
}

/** A proxy's name carries its count: one that vanished is made again, because it is only a view. */
export const proxyNameOf = (group: string, count: number) => `${group}-${count}`;

/** Opens exactly this proxy's doors at its own gateway; derived from a secret that outlives every key, so that no table holds it. */
export const proxyTokenOf = (secret: string, name: string) =>
  createHmac("sha256", secret).update(`krdc-proxy:${name}`).digest("base64url");
