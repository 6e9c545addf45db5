import type { Server } from "node:http";
import { type Duplex, duplexPair } from "node:stream";
import type { Transport } from "#server/protocol/call";
import { transportOver } from "#server/protocol/connection-transport";

/** Neither end of such a pair notices by itself that the other was destroyed. */
function tie(ours: Duplex, theirs: Duplex): void {
  ours.once("close", () => theirs.destroy());
  theirs.once("close", () => theirs.writableFinished || ours.destroy(new Error("the gateway hung up")));
}

/** Carries calls to our own gateway over connections inside of this process: the same doors, the same checks, no socket. */
export const innerTransport = (gateway: Server): Transport =>
  transportOver(() => {
    const [ours, theirs] = duplexPair();
    tie(ours, theirs);
    gateway.emit("connection", theirs);
    return ours;
  });

const hopByHop =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host|date|via|x-forwarded-.*|forwarded)$/i;

/** What belongs to a call or its answer itself, and not to the wire it came over. */
export const travelling = (headers: Iterable<[string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !hopByHop.test(name)));
