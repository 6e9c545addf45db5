import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";

const started = "http.server.request.start";
/** As long as the longest transfer that a framework allows, and a little more, so that it ends first. */
const longestBodyMs = 3_660_000;

const isServerOf = (message: unknown): message is { server: Server } =>
  typeof message === "object" && message !== null && "server" in message;

/**
 * Node cuts every body that is not there within five minutes, and the portal's server is not made by us: so the first
 * server that gets a call is told that files take longer. Headers keep their minute.
 */
export function allowLongBodies(): void {
  const tell = (message: unknown) => {
    if (!isServerOf(message)) return;
    message.server.requestTimeout = longestBodyMs;
    unsubscribe(started, tell);
  };
  subscribe(started, tell);
}
