import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileOf, portalDouble, runView, sha256, uuid } from "../portal-double.build";

const double = portalDouble();

describe("runs are shown, logged and fetched", () => {
  test("show --json has the promised form", async () => {
    double.handlers[`GET /api/v1/runs/${uuid}`] = () => ({ json: runView() });
    const { out } = await double.krdc(["run", "show", uuid, "--json"]);
    expect(JSON.parse(out)).toEqual({
      id: uuid,
      state: "SUCCEEDED",
      home: "materials",
      steps: [
        {
          id: "clean",
          app: "materials/csv-clean@1.0.0",
          state: "SUCCEEDED",
          cluster: "materials",
          placement: "local",
          reason: "placement.app_at_home",
          attempt: 1,
          end: "SUCCEEDED",
          startedAt: null,
          endedAt: null,
          outputs: [{ port: "out", name: "표.csv", sha256: sha256("a"), size: 1 }],
        },
      ],
    });
  });

  test("logs come byte for byte into a pipe, without escapes onto a terminal", async () => {
    const log = Buffer.from("\u001b[31m빨강\u001b[0m\n");
    double.handlers[`GET /api/v1/runs/${uuid}`] = () => ({ json: runView() });
    double.handlers[`GET /api/v1/runs/${uuid}/steps/clean/0/log`] = ({ query }) => {
      const offset = Number(query.get("offset"));
      const end = Math.min(offset + 7, log.length);
      return {
        body: log.subarray(offset, end),
        headers: { "x-krdc-log-end": String(end === log.length), "x-krdc-log-next-offset": String(end) },
      };
    };
    expect((await double.krdc(["run", "logs", uuid, "clean", "-f"])).out).toBe(log.toString());
    expect((await double.krdc(["run", "logs", uuid], { isTerminal: true })).out).toBe("[31m빨강[0m\n");
    expect(JSON.parse((await double.krdc(["run", "logs", uuid, "--json"])).out)).toEqual([
      { step: "clean", index: null, attempt: 1, log: log.toString() },
    ]);
    expect((await double.krdc(["run", "logs", uuid, "none"])).err).toMatch(/^run\.no_such_step: /);
  });

  const contents = new Map(["하나", "둘", ""].map((text) => [sha256(text), text]));
  const results = (outputs: object[], state = "SUCCEEDED") => {
    double.handlers[`GET /api/v1/runs/${uuid}`] = () => ({ json: runView({ outputs, state }) });
    for (const [digest, text] of contents)
      double.handlers[`GET /api/v1/runs/${uuid}/files/${digest}`] = () => ({ body: text });
  };

  test("fetch writes every output under its name, verified", async () => {
    const parts = { kind: "directory", name: "parts", files: [{ ...fileOf("b.txt", "둘"), path: "깊은 곳/b.txt" }] };
    results([
      {
        name: "plots",
        files: [fileOf("그림.png", "하나"), fileOf("그림.png", "둘"), fileOf("빈.txt", "")],
        value: null,
      },
      { name: "parts", files: [fileOf("b.txt", "둘")], value: parts },
      { name: "rows", files: [], value: 3 },
    ]);
    const to = join(double.folder, "받은 것");
    const { code, out } = await double.krdc(["run", "fetch", uuid, "--to", to]);
    expect({ code, lines: out.trim().split("\n").length }).toEqual({ code: 0, lines: 4 });
    expect(await readFile(join(to, "plots", "그림.png"), "utf8")).toBe("하나");
    expect(await readFile(join(to, "plots", "그림-2.png"), "utf8")).toBe("둘");
    expect(await readFile(join(to, "plots", "빈.txt"), "utf8")).toBe("");
    expect(await readFile(join(to, "parts", "깊은 곳", "b.txt"), "utf8")).toBe("둘");
    expect(await readFile(join(to, "rows", "value.json"), "utf8")).toBe("3\n");
  });

  test("content that differs is not kept", async () => {
    results([{ name: "plots", files: [fileOf("a.png", "셋")], value: null }]);
    double.handlers[`GET /api/v1/runs/${uuid}/files/${sha256("셋")}`] = () => ({ body: "넷" });
    const to = join(double.folder, "to");
    expect((await double.krdc(["run", "fetch", uuid, "--to", to])).err).toMatch(/^fetch\.wrong_digest: /);
    expect(await readdir(join(to, "plots"))).toEqual([]);
  });

  test.each(["../escape.txt", "a/../../b.txt", "..", "a\\b"])("the file name %s leads nowhere", async (name) => {
    results([{ name: "plots", files: [fileOf(name, "하나")], value: null }]);
    const to = join(double.folder, "to");
    expect((await double.krdc(["run", "fetch", uuid, "--to", to])).err).toMatch(/^fetch\.unsafe_name: /);
    expect(existsSync(to)).toBe(false);
  });

  test("a run without outputs says so", async () => {
    results([], "FAILED");
    expect(await double.krdc(["run", "fetch", uuid])).toMatchObject({
      code: 1,
      err: "run.no_outputs: This run has no outputs to fetch (state FAILED).\n",
    });
  });

  test("an attempt is given up only with the word that it may run twice", async () => {
    const path = `POST /api/v1/runs/${uuid}/steps/each/2/abandon`;
    double.handlers[`GET /api/v1/runs/${uuid}`] = () => ({ json: runView({ state: "FAILED" }) });
    double.handlers[path] = () => ({ status: 200, json: {} });
    const bodies = () => double.asked.filter((one) => one.path.endsWith("/abandon")).map((one) => one.body.toString());
    await double.krdc(["run", "abandon", uuid, "each[2]"]);
    await double.krdc(["run", "abandon", uuid, "each[2]", "--it-may-run-twice"]);
    expect(bodies().slice(-2)).toEqual(["{}", '{"understood":"it_may_run_twice"}']);
  });

  test("consent is given once more, and a run says when it ends soon or has ended", async () => {
    const until = "2999-01-01T00:00:00Z";
    double.handlers[`POST /api/v1/runs/${uuid}/consent`] = () => ({ json: { id: uuid, consentUntil: until } });
    expect(await double.krdc(["run", "consent", uuid])).toMatchObject({ code: 0, out: `${uuid}  ${until}\n` });
    const shown = async (consentUntil: string, state = "RUNNING") => {
      double.handlers[`GET /api/v1/runs/${uuid}`] = () => ({ json: runView({ state, consentUntil }) });
      return (await double.krdc(["run", "show", uuid])).err;
    };
    const inDays = (days: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + days * 86_400_000).toISOString();
    expect(await shown(inDays(4))).toBe("");
    expect(await shown(inDays(2))).toContain(`krdc run consent ${uuid}`);
    expect(await shown(inDays(-1))).toContain("has expired");
    expect(await shown(inDays(-1), "SUCCEEDED")).toBe("");
  });

  test("cancel and retry answer with the state", async () => {
    double.handlers[`GET /api/v1/runs/${uuid}`] = () => ({ json: runView({ state: "RUNNING" }) });
    double.handlers[`POST /api/v1/runs/${uuid}/cancel`] = () => ({ status: 202, json: {} });
    double.handlers[`POST /api/v1/runs/${uuid}/steps/each/retry`] = () => ({ status: 202, json: {} });
    expect(await double.krdc(["run", "cancel", uuid])).toMatchObject({ code: 0, out: `${uuid}  RUNNING\n` });
    expect((await double.krdc(["run", "retry", uuid, "--step", "each[2]"])).code).toBe(0);
    expect(
      JSON.parse(double.asked.find(({ path }) => path.endsWith("/steps/each/retry"))?.body.toString() ?? ""),
    ).toEqual({
      index: 2,
    });
  });
});
