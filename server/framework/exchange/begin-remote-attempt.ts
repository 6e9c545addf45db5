import { randomBytes } from "node:crypto";
import type { FrameworkContext } from "../context";
import { proxyNameOf, queueProxy } from "../proxies/queue-proxy";
import type { NewRemoteAttempt } from "./remote-attempt";
import { insertRemoteAttempt } from "./remote-attempts.repo";

/** Writes what is to run elsewhere and queues the proxy app that will see to it. Call inside a transaction. */
export async function beginRemoteAttempt(ctx: FrameworkContext, remote: NewRemoteAttempt): Promise<void> {
  const proxyName = proxyNameOf(remote, 1);
  const proxyToken = randomBytes(24).toString("base64url");
  await insertRemoteAttempt(ctx.db, { ...remote, proxyName, proxyToken, createdAt: ctx.now() });
  await queueProxy(ctx, remote, proxyName);
}
