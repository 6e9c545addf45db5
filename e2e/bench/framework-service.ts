import { sql } from "drizzle-orm";
import { aFramework, askAsOperator, type TestFramework } from "#server/framework/framework.build";
import { aHubDouble, type HubDouble } from "#server/framework/hub-double.build";
import { aSubmission, ask, pack, publish } from "#server/framework/portal.build";
import type { AppVersion } from "#server/graph/app";
import { type PublicKey, publicPart } from "#server/protocol/keys";
import type { Consent } from "./hub-service";
import { answerParent } from "./service";

export type HubKeys = Pick<HubDouble, "url" | "key" | "publicKey" | "portalKey">;
export type Opening = { name: string; adminUrl: string; hub: HubKeys; size: { slots: number; proxies: number } };
export type Opened = { name: string; url: string; direct: string; key: PublicKey; folder: string };
export type Archive = { name: string; main: string; manifest: Record<string, unknown> };

let framework: TestFramework | undefined;
let hub: HubDouble | undefined;

function opened(): TestFramework {
  if (!framework) throw new TypeError("open it first");
  return framework;
}

/** A gateway with everything behind it, of a hub that lives elsewhere; the double lends only the form of its keys. */
async function open({ name, adminUrl, hub: keys, size }: Opening): Promise<Opened> {
  hub = Object.assign(await aHubDouble(), keys);
  framework = await aFramework(name, hub, adminUrl, size);
  const { url, key, folder, relay } = framework;
  return { name, url, direct: `http://127.0.0.1:${relay.target}`, key: publicPart(key), folder };
}

async function acceptPeer({ name, key, url }: Pick<Opened, "name" | "key" | "url">): Promise<void> {
  const peers = [{ name, jwk: publicPart(key), gateway: url }];
  const answer = await askAsOperator(opened(), "/v1/operator/peers", { peers });
  if (!answer.ok) throw new Error(await answer.text());
}

type Submitted = { consent: Consent; app: AppVersion; step: string };

/** As the portal hands a run over that its user authorized at the hub. */
async function submit({ consent, app, step }: Submitted): Promise<void> {
  const { user, runId, authorizationId, agreementId } = consent;
  const drawn = aSubmission({ steps: { [step]: { app, agreement: agreementId } } });
  await ask(opened(), user, "PUT", `/v1/runs/${runId}`, { ...drawn, authorizationId });
}

export function serveFramework(): void {
  const commands = {
    open,
    acceptPeer,
    submit,
    publish: async ({ name, main, manifest }: Archive) => publish(opened(), await pack(name, main, manifest)),
    query: async (text: string) => (await opened().db.execute(sql.raw(text))).rows,
  };
  answerParent(commands, async () => {
    await framework?.drop();
    await hub?.close();
  });
}
