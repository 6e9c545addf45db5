import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verifyLocalProof } from "#server/protocol/local-proof";
import { type Answer, type Asked, document, portalDouble } from "./portal-double.build";

const double = portalDouble();

describe("a command that is written wrongly ends with 2 and says how it is written", () => {
  test.each<{ words: string[]; says: string }>([
    { words: [], says: "krdc market search" },
    { words: ["nothing"], says: "Unknown command: nothing" },
    { words: ["run"], says: "krdc run submit" },
    { words: ["run", "show"], says: "krdc run show ID" },
    { words: ["run", "show", "a", "b"], says: "krdc run show ID" },
    { words: ["run", "show", "a", "--colour"], says: "--colour" },
    { words: ["run", "submit", "x.json"], says: "--home" },
    { words: ["run", "submit", "x.json", "--home", "materials", "--set", "window"], says: "name=value" },
    { words: ["app", "publish", "materials/x"], says: "VERSION" },
    { words: ["market", "show", "nonsense"], says: "CLUSTER/APP" },
    { words: ["access", "request", "bio/x", "--days", "many", "--runs", "1", "--purpose", "p"], says: "--days" },
    { words: ["cluster", "list", "--portal", "nowhere"], says: "--portal" },
  ])("$words", async ({ words, says }) => {
    const { code, out, err } = await double.krdc(words);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(says);
    expect(double.asked).toEqual([]);
  });

  test("help is an answer, in the reader's language", async () => {
    expect(await double.krdc(["--help"])).toMatchObject({ code: 0, err: "" });
    expect((await double.krdc(["run", "--help"], { language: "ko" })).out).toContain("실행을 취소합니다.");
    expect((await double.krdc(["run", "cancel", "--help"])).out).toContain("krdc run cancel ID");
  });
});

describe("refusals are one line `code: message` on standard error, exit 1", () => {
  test.each<{ given: string; answer: Answer; want: string }>([
    {
      given: "a problem of the portal",
      answer: {
        status: 403,
        json: { status: 403, code: "test.refused", title: "forbidden", detail: { app: "bio/x" } },
      },
      want: "test.refused: forbidden, app bio/x\n",
    },
    {
      given: "no sign-in",
      answer: { status: 401, json: { status: 401, code: "auth.sign_in_first" } },
      want: "auth.sign_in_first: Sign in first: put an API token into KRDC_TOKEN (demo accounts: krdc token --as researcher).\n",
    },
    {
      given: "an answer that is no problem",
      answer: { status: 500, body: "<html>" },
      want: "portal.failed: The portal failed (status 500).\n",
    },
    {
      given: "an answer of another form",
      answer: { json: { no: 1 } },
      want: "portal.answer_not_understood: The portal's answer was not understood (items). Its version may differ.\n",
    },
    {
      given: "control characters in what it says",
      answer: { status: 400, json: { status: 400, code: "test.odd", title: "x\u001b[31m\ny" } },
      want: "test.odd: x [31m y\n",
    },
  ])("$given", async ({ answer, want }) => {
    double.handlers["GET /api/v1/clusters"] = () => answer;
    expect(await double.krdc(["cluster", "list", "--json"])).toEqual({ code: 1, out: "", err: want });
  });

  test("a reason of the interface is said in its words", async () => {
    double.handlers["GET /api/v1/clusters"] = () => ({
      status: 503,
      json: { status: 503, code: "framework.stopping" },
    });
    expect(await double.krdc(["cluster", "list"], { language: "ko" })).toMatchObject({
      code: 1,
      err: "framework.stopping: 클러스터가 멈추는 중입니다. 다시 켜지면 이어집니다.\n",
    });
  });

  test("a portal that is not there", async () => {
    const { code, err } = await double.krdc(["cluster", "list"], { portal: "http://127.0.0.1:9" });
    expect(code).toBe(1);
    expect(err).toMatch(/^portal\.unreachable: http:\/\/127\.0\.0\.1:9 does not answer/);
  });

  test("sign-in by device is told to be missing", async () => {
    expect(await double.krdc(["login"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^login\.not_available: /),
    });
  });
});

describe("local commands prove themselves by the home's secret", () => {
  const proofOf = ({ method, url, body, headers }: Asked) =>
    verifyLocalProof(
      "s".repeat(64),
      headers.authorization,
      { method, path: url, body: body.toString() },
      new Date("2026-01-01T00:00:05Z"),
      new Map(),
    );

  test("token prints only the token", async () => {
    double.handlers["POST /api/v1/local/tokens"] = (call) =>
      proofOf(call) === undefined ? { json: { token: "krdc_abc" } } : { status: 401, json: { code: "no" } };
    expect(await double.krdc(["token", "--as", "researcher"])).toEqual({ code: 0, out: "krdc_abc\n", err: "" });
    expect(JSON.parse(double.asked[0]?.body.toString() ?? "")).toEqual({ as: "researcher" });
  });

  test("check waits for what is in motion", async () => {
    let count = 0;
    double.handlers["POST /api/v1/local/check"] = () => ({
      json: { broken: count++ < 3 ? [{ invariant: "one-live-attempt", what: "run 1" }] : [] },
    });
    expect(await double.krdc(["check", "--json"])).toEqual({ code: 0, out: '{\n  "broken": []\n}\n', err: "" });
  });

  test("check names each invariant that stays broken", async () => {
    double.handlers["POST /api/v1/local/check"] = () => ({
      json: {
        broken: [
          { invariant: "one-live-attempt", what: { run: 1 } },
          { invariant: "ledger", what: "uneven" },
        ],
      },
    });
    expect(await double.krdc(["check"])).toEqual({
      code: 1,
      out: 'one-live-attempt: {"run":1}\nledger: uneven\n',
      err: "",
    });
    expect(double.asked.length).toBe(16);
  });

  test("a home without secret says so", async () => {
    await rm(join(double.folder, "secret"));
    expect((await double.krdc(["token", "--as", "x"])).err).toMatch(/^local\.no_secret: /);
  });
});

describe("market, agreements and workflows", () => {
  const card = (name: string) => ({
    cluster: "bio",
    name,
    version: "1.0.0",
    title: { ko: "이동 평균", en: "Moving average" },
    summary: { ko: "", en: "" },
  });

  test("search reads every page", async () => {
    double.handlers["GET /api/v1/apps"] = ({ query }) => ({
      json: query.get("cursor") ? { items: [card("b")], next: null } : { items: [card("a")], next: "c1" },
    });
    const { out } = await double.krdc(["market", "search", "평균", "--json"]);
    expect(JSON.parse(out).items.map(({ name }: { name: string }) => name)).toEqual(["a", "b"]);
    expect(double.asked[0]?.query.get("q")).toBe("평균");
    expect((await double.krdc(["market", "search", "평균"], { language: "ko" })).out).toContain(
      "bio/a@1.0.0  이동 평균",
    );
  });

  test("access is requested with its purpose", async () => {
    double.handlers["POST /api/v1/agreements"] = () => ({ status: 201, json: { id: "g1", state: "REQUESTED" } });
    expect(
      await double.krdc(["access", "request", "bio/x", "--days", "30", "--runs", "5", "--purpose", "기후 연구"]),
    ).toMatchObject({ code: 0, out: "g1  REQUESTED\n" });
    expect(JSON.parse(double.asked[0]?.body.toString() ?? "")).toEqual({
      app: "bio/x",
      days: 30,
      runs: 5,
      purpose: "기후 연구",
    });
  });

  test("a workflow is imported as it was written", async () => {
    double.handlers["POST /api/v1/workflows"] = () => ({ status: 201, json: { id: "w1" } });
    expect(await double.krdc(["workflow", "import", await double.keep("흐름.json", document)])).toMatchObject({
      code: 0,
      out: "w1\n",
    });
    expect(JSON.parse(double.asked[0]?.body.toString() ?? "")).toEqual({ workflow: document });
  });
});
