import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { AppVersion } from "#server/graph/app";
import type { HostedRunRequest } from "#server/protocol/hosted-run";
import { aFramework, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { packMisbehaving, publish } from "../portal.build";
import {
  acceptHomes,
  aHome,
  aHostedCall,
  type Home,
  type HostedCall,
  type HttpAnswer,
  type Lie,
  plantAgreement,
  put,
} from "./hosted-call.build";

/** A host whose door is tried: one accepted home, one stranger, one published app and a living agreement for it. */
export type Door = {
  hub: HubDouble;
  host: TestFramework;
  home: Home;
  stranger: Home;
  app: AppVersion;
  agreementId: string;
  journal: string;
  call: (parameters?: HostedRunRequest["parameters"]) => HostedCall;
  put: (call: HostedCall) => Promise<HttpAnswer>;
  close: () => Promise<void>;
};

export const limits = { cpuMillis: 500, memoryBytes: 1024, gpu: 0, durationSeconds: 60, outputBytes: 1024 ** 2 };

export async function aDoor(adminUrl: string, size: Parameters<typeof aFramework>[3] = {}): Promise<Door> {
  const hub = await aHubDouble();
  const host = await aFramework("host", hub, adminUrl, size);
  const [home, stranger] = [await aHome("home"), await aHome("stranger")];
  await acceptHomes(host, [home]);
  const app = await publish(host, await packMisbehaving("count-start"));
  const agreementId = await plantAgreement(host, app.name, { maxConcurrent: 50 });
  const journal = join(host.folder, "journal");
  const request = (parameters: HostedRunRequest["parameters"]): HostedRunRequest => ({
    runId: randomUUID(),
    step: "only",
    index: 0,
    app: app.name,
    version: app.version,
    digest: app.digest,
    parameters,
    salt: "s".repeat(32),
    limits,
    resultsLifetimeDays: 14,
  });
  return {
    hub,
    host,
    home,
    stranger,
    app,
    agreementId,
    journal,
    call: (parameters = { journal }) => aHostedCall(host, home, request(parameters), agreementId),
    put: (call) => put(host, call),
    close: async () => {
      await host.drop();
      await hub.close();
    },
  };
}

export type Refusal = { given: string; lie: Lie; status: number; code: string };

/** The body says something else than what was granted. */
export const askFor =
  (change: Record<string, unknown>): Lie =>
  (call) => {
    call.body = JSON.stringify({ ...call.request, ...change });
  };
