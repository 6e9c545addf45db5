import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi, Refusal, refusalFrom } from "./call-api";

describe("a refusal is rebuilt from what the portal answered", () => {
  const problem = { path: "steps.a", code: "value.too_large", message: { ko: "큼", en: "large" } };
  test.each<{ given: string; status: number; body: string; want: Partial<Refusal> }>([
    {
      given: "a problem document",
      status: 422,
      body: JSON.stringify({ code: "workflow.invalid", problems: [problem], detail: { limit: 3 } }),
      want: { code: "workflow.invalid", problems: [problem], detail: { limit: 3 } },
    },
    {
      given: "a page of a proxy",
      status: 502,
      body: "<html>bad gateway",
      want: { code: "portal.failed", problems: [] },
    },
    { given: "an ended session without a body", status: 401, body: "", want: { code: "auth.sign_in_first" } },
    { given: "JSON that is no object", status: 400, body: "null", want: { code: "portal.refused" } },
    {
      given: "fields of other types",
      status: 400,
      body: '{"code":5,"problems":"x"}',
      want: { code: "portal.refused", problems: [] },
    },
  ])("$given", ({ status, body, want }) => {
    expect(refusalFrom(status, body)).toMatchObject({ ...want, status });
  });
});

describe("a call", () => {
  const server = createServer((request, answer) => {
    if (request.url?.endsWith("/nothing")) answer.writeHead(204).end();
    else
      answer
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ type: request.headers["content-type"] ?? null }));
  });
  let base = "";
  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  const at = (path: string) => `${base}/api/v1${path}` as `/api/v1/${string}`;

  test("sends JSON only when there is something to send", async () => {
    expect(await callApi(at("/x"), { method: "POST", body: {} })).toEqual({ type: "application/json" });
    expect(await callApi(at("/x"), { method: "POST" })).toEqual({ type: null });
  });

  test("without content gives undefined", async () => {
    expect(await callApi(at("/nothing"))).toBeUndefined();
  });

  test("that nobody answers is a refusal too", async () => {
    const refused = await callApi("http://127.0.0.1:9/api/v1/x" as `/api/v1/${string}`).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ code: "portal.unreachable", status: 0 });
  });
});
