import { heartbeat } from "#server/protocol/framework-api";
import { keyAnnouncement, type SignedKeyAnnouncement } from "#server/protocol/key-change";
import { publicPart, thumbprintOf } from "#server/protocol/keys";
import { claimedIn } from "#server/protocol/signed-document";
import type { TestFramework } from "../framework.build";
import type { HubDouble } from "../hub-double.build";

export type KeyRelay = {
  /** What the hub hands on of each cluster's announcements. */
  changes: Map<string, SignedKeyAnnouncement[]>;
  /** Next keys that its operator forbade, by cluster. */
  forbidden: Map<string, string>;
  /** When it says that it heard a cluster last. */
  heardAt: (cluster: string) => Date;
  /** How often each cluster was answered. */
  beats: Map<string, number>;
};

const claimed = async (signed: SignedKeyAnnouncement) =>
  thumbprintOf(keyAnnouncement.parse(claimedIn(signed.byPresentKey)).key);

/** The hub double hands announced keys on, as the hub does; it believes all of them. */
export function relayKeys(hub: HubDouble, members: () => TestFramework[]): KeyRelay {
  const heard = new Map<string, Date>();
  const relay: KeyRelay = {
    changes: new Map(),
    forbidden: new Map(),
    heardAt: (cluster) => heard.get(cluster) ?? new Date(0),
    beats: new Map(),
  };
  const note = async (cluster: string, signed: SignedKeyAnnouncement) => {
    const known = relay.changes.get(cluster) ?? [];
    const jkt = await claimed(signed);
    if (!known.some(({ byNextKey }) => byNextKey === signed.byNextKey)) relay.changes.set(cluster, [...known, signed]);
    hub.clusters.set(jkt, cluster);
    return { jkt, isForbidden: relay.forbidden.get(cluster) === jkt };
  };
  const toldOf = ({ name, url, ctx }: TestFramework) => {
    const forbiddenKey = relay.forbidden.get(name);
    const heardAt = relay.heardAt(name).toISOString();
    const keyChanges = forbiddenKey ? [] : (relay.changes.get(name) ?? []);
    return { name, gateway: url, key: publicPart(ctx.key), heardAt, keyChanges, ...(forbiddenKey && { forbiddenKey }) };
  };
  hub.answers.set("/heartbeats", async (json, cluster) => {
    const { keyChange } = heartbeat.parse(json);
    const own = keyChange ? { keyChange: await note(cluster, keyChange) } : {};
    const peers = members().flatMap((one) => (one.name === cluster ? [] : toldOf(one)));
    heard.set(cluster, new Date());
    relay.beats.set(cluster, (relay.beats.get(cluster) ?? 0) + 1);
    const hubSuccession = hub.published.successions.at(-1);
    return { state: "ACTIVE", time: new Date().toISOString(), peers, ...own, ...(hubSuccession && { hubSuccession }) };
  });
  return relay;
}
