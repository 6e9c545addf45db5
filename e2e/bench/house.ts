import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import type { AppVersion } from "#server/graph/app";
import { chooseFreePort } from "#server/launch/ports";
import { makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { freshDatabase } from "../setup/fresh-database";
import type { Archive, HubKeys, Opened, Opening } from "./framework-service";
import type { Consent, Enrolled } from "./hub-service";
import { type Service, startService } from "./service";

export type Place = { adminUrl: string };
export type Cluster = Opened & { service: Service };
type HubProcess = HubKeys & { service: Service };

/** A home that is only its key: the load speaks for it. */
export type Caller = { name: string; key: PrivateKey; jkt: string };

export type House = {
  hub: HubProcess;
  openCluster: (name: string, size: { slots: number; proxies: number }) => Promise<Cluster>;
  openCaller: (name: string, host: Cluster) => Promise<Caller>;
  close: () => Promise<void>;
};

async function hubKeys(port: number): Promise<HubKeys> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { kty, crv, x, d } = await exportJWK(pair.privateKey);
  const part = { kty: "OKP", crv: "Ed25519", x: String(x) };
  const publicKey = { ...part, kid: await thumbprintOf(part) };
  return {
    url: `http://127.0.0.1:${port}`,
    key: { kty: String(kty), crv: String(crv), x: String(x), d: String(d), kid: publicKey.kid },
    publicKey,
    portalKey: await makeSigningKey(),
  };
}

async function startHub(databaseUrl: string): Promise<HubProcess> {
  const keys = await hubKeys(await chooseFreePort([]));
  const secret = () => randomBytes(32).toString("base64url");
  const service = startService("hub", {
    HUB_DATABASE_URL: databaseUrl,
    KRDC_HUB_URL: keys.url,
    OIDC_ISSUER: "http://identity.example",
    OIDC_CLIENT_ID: "bench",
    OIDC_CLIENT_SECRET: secret(),
    NEXTAUTH_SECRET: secret(),
    HUB_SIGNING_KEY: JSON.stringify(keys.key),
    PORTAL_KEY: JSON.stringify(keys.portalKey),
    SESSION_KEY: secret(),
    KRDC_HOME_ID: "be0c",
  });
  await service.ask("ready");
  return { ...keys, service };
}

/** A hub and as many clusters as a figure needs, each in a process of its own, over one Postgres. */
export async function openHouse({ adminUrl }: Place): Promise<House> {
  const database = await freshDatabase(adminUrl);
  const hub = await startHub(database.url);
  const clusters: Cluster[] = [];
  const enrol = (enrolled: Enrolled) => hub.service.ask("enrol", enrolled);
  return {
    hub,
    openCluster: async (name, size) => {
      const service = startService("framework");
      const { url, key, publicKey, portalKey } = hub;
      const opening: Opening = { name, adminUrl, hub: { url, key, publicKey, portalKey }, size };
      const cluster = { ...(await service.ask<Opened>("open", opening)), service };
      clusters.push(cluster);
      await enrol({ name, key: cluster.key, gateway: cluster.url, isSilent: false });
      return cluster;
    },
    openCaller: async (name, host) => {
      const key = await makeSigningKey();
      const gateway = "http://127.0.0.1:9";
      await enrol({ name, key: publicPart(key), gateway, isSilent: true });
      await host.service.ask("acceptPeer", { name, key: publicPart(key), url: gateway });
      return { name, key, jkt: await thumbprintOf(publicPart(key)) };
    },
    close: async () => {
      await Promise.all(clusters.map(({ service }) => service.end()));
      await hub.service.end();
      await database.drop();
    },
  };
}

export const publishAt = (host: Cluster, archive: Archive): Promise<AppVersion> => host.service.ask("publish", archive);

/** Members with an agreement and an authorization each, one for every run. */
export const consentTo = (
  house: House,
  wanted: { app: AppVersion; home: string; step: string; runIds: string[]; maxInstances: number },
): Promise<Consent[]> => house.hub.service.ask("consent", wanted);

/** The first column of the first row. */
export async function countAt(service: Service, text: string): Promise<number> {
  const [row] = await service.ask<Record<string, unknown>[]>("query", text);
  return Number(Object.values(row ?? {})[0]);
}
