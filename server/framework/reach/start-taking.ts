import type { Server } from "node:http";
import { isMailbox } from "#server/protocol/reach";
import type { FrameworkContext } from "../context";
import { isOpen, listPeers } from "../hosting/peers";
import { innerTransport } from "./inner-transport";
import { type Place, takeCalls } from "./take-calls";

const lookMs = 1000;

/** The hub, and every peer that we deal with and that can be dialed. */
async function listPlaces(ctx: FrameworkContext): Promise<Place[]> {
  const peers = (await listPeers(ctx)).filter((peer) => isOpen(peer) && !isMailbox(peer.gateway));
  return [
    { name: "hub", url: `${ctx.hub.url}/api/hub/v1` },
    ...peers.map(({ name, gateway }) => ({ name, url: `${gateway}/v1` })),
  ];
}

/** A framework that nobody can dial asks, wherever calls for it may wait, for as long as it lives. */
export function startTaking(ctx: FrameworkContext, gateway: Server): () => void {
  if (!isMailbox(ctx.url)) return () => {};
  const gate = innerTransport(gateway);
  const asking = new Map<string, AbortController>();
  const look = async () => {
    const places = new Map((await listPlaces(ctx)).map((place) => [place.url, place]));
    for (const [url, asked] of asking) {
      if (places.has(url)) continue;
      asked.abort();
      asking.delete(url);
    }
    for (const place of places.values()) {
      if (asking.has(place.url) || ctx.stopping.aborted) continue;
      const end = new AbortController();
      asking.set(place.url, end);
      void takeCalls(ctx, gate, place, AbortSignal.any([end.signal, ctx.stopping]));
    }
  };
  const check = () => void look().catch((error: unknown) => ctx.log.warn({ error }, "places were not looked up"));
  const timer = setInterval(check, lookMs);
  check();
  return () => {
    clearInterval(timer);
    for (const asked of asking.values()) asked.abort();
  };
}
