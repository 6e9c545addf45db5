import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { runCommandLine } from "./command-line";

export type Answer = {
  status?: number;
  json?: unknown;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
  hangUp?: boolean;
};
export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Buffer;
  headers: IncomingMessage["headers"];
  url: string;
};
export type Handler = (asked: Asked) => Answer | Promise<Answer>;

export type Ran = { code: number; out: string; err: string };
type More = { language?: "ko" | "en"; isTerminal?: boolean; portal?: string; isSignedIn?: boolean };
export type PortalDouble = {
  handlers: Record<string, Handler>;
  asked: Asked[];
  folder: string;
  url: string;
  krdc: (words: string[], more?: More) => Promise<Ran>;
  keep: (name: string, content: unknown) => Promise<string>;
};

/** A double of the portal for one test file: it speaks the API over real HTTP, answers what each test lays out, and keeps what was asked. */
export function portalDouble(): PortalDouble {
  const double: PortalDouble = {
    handlers: {},
    asked: [],
    folder: "",
    url: "",
    krdc: (words, more = {}) => runHere(words, double.folder, { portal: double.url, ...more }),
    async keep(name, content) {
      const path = join(double.folder, name);
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
      return path;
    },
  };
  const server = createServer((request, response) => void answer(double, request, response));
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(async () => {
    Object.assign(double, { handlers: {}, asked: [], folder: await mkdtemp(join(tmpdir(), "krdc 명령 ")) });
    await writeFile(join(double.folder, "secret"), `${"s".repeat(64)}\n`);
  });
  afterEach(() => rm(double.folder, { recursive: true, force: true }));
  return double;
}

async function answer(double: PortalDouble, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", "http://double");
  const call: Asked = {
    method: request.method ?? "",
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    body: Buffer.concat(chunks),
    headers: request.headers,
    url: request.url ?? "",
  };
  double.asked.push(call);
  const handler = double.handlers[`${call.method} ${call.path}`];
  const missing: Answer = { status: 404, json: { status: 404, code: "test.not_found", title: call.path } };
  reply(response, handler ? await handler(call) : missing);
}

function reply(response: ServerResponse, { status = 200, json, body, headers, hangUp }: Answer): void {
  if (hangUp) return void response.destroy();
  response.writeHead(status, { "content-type": json === undefined ? "text/plain" : "application/json", ...headers });
  response.end(json === undefined ? body : JSON.stringify(json));
}

/** Time passes only by what the command itself waits. */
async function runHere(words: string[], home: string, more: More): Promise<Ran> {
  const out: Buffer[] = [];
  let err = "";
  let passed = 0;
  const code = await runCommandLine(words, {
    env: {
      portal: more.portal,
      token: more.isSignedIn === false ? undefined : "t0ken",
      home,
      port: 3000,
      language: more.language ?? "en",
      noColour: true,
    },
    write: (text) => void out.push(Buffer.from(text as Uint8Array)),
    note: (text) => {
      err += text;
    },
    isTerminal: more.isTerminal ?? false,
    now: () => new Date(Date.parse("2026-01-01T00:00:00Z") + passed),
    sleep: async (ms) => {
      passed += ms;
    },
  });
  return { code, out: Buffer.concat(out).toString("utf8"), err };
}

export const sha256 = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");
export const fileOf = (name: string, text: string) => ({
  kind: "file",
  name,
  sha256: sha256(text),
  size: Buffer.byteLength(text),
});
export const uuid = "11111111-2222-4333-8444-555555555555";
export const document = {
  schema: "krdc.workflow/v1",
  title: { ko: "추세", en: "Trend" },
  inputs: {
    table: { type: "file" },
    window: { type: "integer", default: 12 },
    names: { type: "string[]", default: [] },
    tables: { type: "file[]", default: [] },
  },
  steps: { clean: { app: "materials/csv-clean@1.0.0", with: { input: { from: "inputs.table" } } } },
  outputs: { plots: { from: "clean.out" } },
};

export const stepView = (more: object = {}) => ({
  id: "clean",
  index: null,
  app: "materials/csv-clean@1.0.0",
  state: "SUCCEEDED",
  cluster: "materials",
  placement: "local",
  placementReason: "placement.app_at_home",
  attempt: 1,
  end: "SUCCEEDED",
  exitCode: 0,
  reason: null,
  readyAt: null,
  startedAt: null,
  endedAt: null,
  outputs: [{ port: "out", ...fileOf("표.csv", "a"), mediaType: "text/csv" }],
  values: {},
  parameters: {},
  logBytes: 0,
  proxy: null,
  seq: 1,
  ...more,
});
export const runView = (more: object = {}) => ({
  id: uuid,
  number: 1,
  title: document.title,
  state: "SUCCEEDED",
  home: "materials",
  reason: null,
  createdAt: "2026-01-01T00:00:00Z",
  startedAt: null,
  endedAt: null,
  document,
  inputs: {},
  steps: [stepView()],
  outputs: [],
  seq: 1,
  ...more,
});
