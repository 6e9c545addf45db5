import { randomUUID } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import type { AppVersion } from "#server/graph/app";
import { type Binding, type FileValue, type Value, workflow } from "#server/graph/workflow";
import type { AgreementDocument, AgreementProposal } from "#server/protocol/agreement";
import { callJson, callStream, sendStream } from "#server/protocol/call";
import type { BuildView, PortalUser, RunSubmission } from "#server/protocol/framework-api";
import type { RunView, StepView } from "#server/protocol/run-view";
import { isRunOver } from "#server/protocol/states";
import type { TestFramework } from "./framework.build";
import { researcherPseudonym } from "./hub-double.build";
import { until } from "./until.build";

const aUser = (sub: string, roles: string[]): PortalUser => ({
  sub,
  account: sub,
  name: { ko: sub, en: sub },
  organization: "organization",
  roles,
});

export const researcher = aUser(researcherPseudonym, ["researcher"]);
export const researcher2 = aUser("pseudonym-of-researcher2", ["researcher"]);
const providerAt = (cluster: string) => aUser("pseudonym-of-provider", [`provider:${cluster}`]);

type Method = "GET" | "PUT" | "POST";

/** A call as the portal makes it: a token for this gateway in the user's name, bound to the portal's key. */
export async function ask(framework: TestFramework, user: PortalUser, method: Method, path: string, json?: unknown) {
  const token = await framework.hub.portalToken(framework.name, user);
  const { transport } = framework;
  const answer = await callJson(framework.hub.portalKey, {
    method,
    url: `${framework.url}${path}`,
    json,
    token,
    transport,
  });
  return { status: answer.status, body: answer.body as never };
}

/** The same for bytes that come back. */
export async function fetchBytes(framework: TestFramework, user: PortalUser, path: string): Promise<Buffer> {
  const token = await framework.hub.portalToken(framework.name, user);
  const call = { method: "GET" as const, url: `${framework.url}${path}`, token, transport: framework.transport };
  return Buffer.from(await (await callStream(framework.hub.portalKey, call)).arrayBuffer());
}

async function send(framework: TestFramework, user: PortalUser, method: Method, path: string, body: Uint8Array) {
  const token = await framework.hub.portalToken(framework.name, user);
  const { transport } = framework;
  const answer = await sendStream(framework.hub.portalKey, {
    method,
    url: `${framework.url}${path}`,
    token,
    body,
    transport,
  });
  return answer.body as never;
}

export const upload = (
  framework: TestFramework,
  user: PortalUser,
  name: string,
  bytes: string | Uint8Array,
): Promise<FileValue> =>
  send(framework, user, "PUT", `/v1/uploads?name=${encodeURIComponent(name)}`, Buffer.from(bytes as string));

/** A program as its provider hands it in: `main.py` and `krdc.app.json`. */
export async function pack(name: string, main: string, manifest: Record<string, unknown> = {}): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "krdc-app-"));
  await writeFile(join(folder, "main.py"), main);
  const about = { schema: "krdc.app/v1", name, version: "1.0.0", access: { remote: "open", download: "open" } };
  await writeFile(join(folder, "krdc.app.json"), JSON.stringify({ ...about, ...manifest }));
  return packFolder(folder);
}

async function packFolder(folder: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of create({ gzip: true, cwd: folder }, ["."])) parts.push(Buffer.from(part));
  await rm(folder, { recursive: true });
  return Buffer.concat(parts);
}

/** One of the programs that ship for tests and end badly in one stated way. */
export async function packMisbehaving(name: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "krdc-app-"));
  await cp(join(import.meta.dirname, "../launch/samples/misbehaving", name), folder, { recursive: true });
  return packFolder(folder);
}

/** Hands an app in and waits for its build, which may have failed. */
export async function register(framework: TestFramework, archive: Buffer): Promise<BuildView> {
  const provider = providerAt(framework.name);
  const { id } = (await send(framework, provider, "POST", "/v1/builds", archive)) as { id: string };
  return until(`build ${id}`, async () => {
    const { body } = await ask(framework, provider, "GET", `/v1/builds/${id}?wait=1`);
    const view: BuildView = body;
    return (view.state === "READY" || view.state === "FAILED") && view;
  });
}

/** Registers, builds and publishes. */
export async function publish(framework: TestFramework, archive: Buffer): Promise<AppVersion> {
  const { version, reason, log } = await register(framework, archive);
  if (!version) throw new Error(`the build failed: ${JSON.stringify(reason)}\n${log}`);
  const path = `/v1/apps/${version.name}/versions/${version.version}/publish`;
  const { body } = await ask(framework, providerAt(framework.name), "POST", path, {});
  return (body as { app: AppVersion }).app;
}

export type DrawnStep = {
  app: AppVersion;
  with?: Record<string, Binding>;
  scatter?: string[];
  when?: string;
  retry?: { attempts: number };
  cache?: boolean;
  /** The agreement under which it runs in its app's own cluster; without one it runs at home. */
  agreement?: string;
};

type Drawn = { steps: Record<string, DrawnStep>; inputs?: Record<string, Value>; outputs?: Record<string, string> };

const typeOf = (given: Value) => {
  if (Array.isArray(given)) return "string[]";
  if (typeof given === "object") return "file";
  return typeof given === "number" ? "integer" : typeof given;
};

/** A submission as the portal makes it of a published workflow. */
export function aSubmission({ steps, inputs = {}, outputs = {} }: Drawn): RunSubmission {
  const each = <T>(make: (step: DrawnStep) => T) =>
    Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, make(step)]));
  const document = workflow.parse({
    schema: "krdc.workflow/v1",
    title: { ko: "시험", en: "Trial" },
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, given]) => [name, { type: typeOf(given) }])),
    steps: each(({ app, with: bound, scatter, when, retry, cache }) => ({
      app: `${app.cluster}/${app.name}@${app.version}`,
      ...(bound ? { with: bound } : {}),
      ...(scatter ? { scatter } : {}),
      ...(when ? { when } : {}),
      ...(retry ? { retry } : {}),
      ...(cache ? { cache } : {}),
    })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, from]) => [name, { from }])),
  });
  const placements = each(({ app, agreement }) => ({
    choice: "auto" as const,
    placement: agreement ? ("remote" as const) : ("local" as const),
    cluster: app.cluster,
    reason: "placement.own_cluster",
    agreementId: agreement ?? null,
  }));
  const isRemote = Object.values(steps).some((step) => step.agreement);
  return {
    number: 1,
    document,
    workflowDigest: "0".repeat(64),
    inputs,
    apps: each((step) => step.app),
    placements,
    authorizationId: isRemote ? randomUUID() : null,
  };
}

export async function submit(framework: TestFramework, drawn: Drawn, user = researcher): Promise<string> {
  const id = randomUUID();
  await ask(framework, user, "PUT", `/v1/runs/${id}`, aSubmission(drawn));
  return id;
}

export async function look(framework: TestFramework, id: string, user = researcher): Promise<RunView> {
  return (await ask(framework, user, "GET", `/v1/runs/${id}`)).body;
}

export const untilOver = (
  framework: TestFramework,
  id: string,
  withinMs?: number,
  user = researcher,
): Promise<RunView> =>
  until(
    `run ${id} is over`,
    async () => {
      const view = await look(framework, id, user);
      return isRunOver(view.state) && view;
    },
    withinMs,
  );

export const stepOf = (view: RunView, step: string, index: number | null = null): StepView => {
  const found = view.steps.find((one) => one.id === step && one.index === index);
  if (!found) throw new Error(`there is no step ${step} ${index}`);
  return found;
};

export const untilStep = (framework: TestFramework, id: string, step: string, state: StepView["state"]) =>
  until(`step ${step} is ${state}`, async () => {
    const found = stepOf(await look(framework, id), step);
    return found.state === state && found;
  });

export async function submitAndEnd(
  framework: TestFramework,
  drawn: Drawn,
  withinMs?: number,
  user = researcher,
): Promise<RunView> {
  return untilOver(framework, await submit(framework, drawn, user), withinMs, user);
}

/** The bytes of a workflow's output, file by file. */
export async function readOutput(framework: TestFramework, view: RunView, name: string): Promise<string[]> {
  const files = view.outputs.find((output) => output.name === name)?.files ?? [];
  const texts: string[] = [];
  for (const file of files) {
    texts.push((await fetchBytes(framework, researcher, `/v1/runs/${view.id}/files/${file.sha256}`)).toString("utf8"));
  }
  return texts;
}

const day = 86_400_000;

export function anAgreement(
  host: TestFramework,
  app: string,
  over: Partial<AgreementDocument> = {},
): AgreementDocument {
  return {
    schema: "krdc.agreement/v2",
    id: randomUUID(),
    user: researcherPseudonym,
    organization: "organization",
    host: host.name,
    hostKey: host.jkt,
    app,
    digests: "*",
    maxConcurrent: 20,
    budget: { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null },
    perRun: {
      cpuMillis: 64_000,
      memoryBytes: 256 * 1024 ** 3,
      gpu: 8,
      durationSeconds: 30 * 86_400,
      outputBytes: 1024 ** 4,
    },
    onRevoke: "kill",
    onDisconnect: "hold",
    onHubSilent: "continue",
    notBefore: new Date(Date.now() - day).toISOString(),
    expires: new Date(Date.now() + 30 * day).toISOString(),
    ...over,
  };
}

export const noBudget = { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null };

/** What the hub hands to a host: the document under its signature, and who asks. */
export async function aProposal(host: TestFramework, document: AgreementDocument): Promise<AgreementProposal> {
  const requester = { name: researcher.name, organization: { ko: "연구소", en: "Institute" } };
  return { document, hubSignature: await host.hub.sign(document), purpose: "comparison", requester };
}

/** The host signs under its owner's standing offer what the hub proposes. */
export async function agree(host: TestFramework, app: string, over: Partial<AgreementDocument> = {}): Promise<string> {
  const document = anAgreement(host, app, over);
  await ask(host, researcher, "POST", "/v1/agreements", await aProposal(host, document));
  return document.id;
}
