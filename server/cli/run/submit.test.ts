import { describe, expect, test } from "vitest";
import {
  type Answer,
  document,
  fileOf,
  type Handler,
  portalDouble,
  type Ran,
  runView,
  stepView,
  uuid,
} from "../portal-double.build";

const double = portalDouble();

describe("runs are submitted with typed values and uploaded files", () => {
  const uploads: Handler = ({ query, body, headers }) => ({
    status: 201,
    json: { ...fileOf(query.get("name") ?? "", body.toString()), mediaType: headers["content-type"] },
  });

  test("values by their declared type, files by content, also Korean names", async () => {
    double.handlers["PUT /api/v1/clusters/materials/uploads"] = uploads;
    double.handlers["POST /api/v1/runs"] = () => ({ status: 201, json: { id: uuid, state: "QUEUED" } });
    const path = await double.keep("flow.json", document);
    const table = await double.keep("표 1.csv", "a,b\n1,2\n");
    const second = await double.keep("b.txt", "");
    const words = [
      "run",
      "submit",
      path,
      "--home",
      "materials",
      "--set",
      "window=-3",
      "--set",
      'names=["가=나"]',
      "--file",
      `table=${table}`,
      "--file",
      `tables=${table}`,
      "--file",
      `tables=${second}`,
      "--json",
    ];
    const { code, out } = await double.krdc(words);
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { id: uuid, state: "QUEUED" } });
    const first = { ...fileOf("표 1.csv", "a,b\n1,2\n"), mediaType: "text/csv" };
    expect(JSON.parse(double.asked.at(-1)?.body.toString() ?? "")).toEqual({
      workflow: document,
      home: "materials",
      inputs: {
        window: -3,
        names: ["가=나"],
        table: first,
        tables: [first, { ...fileOf("b.txt", ""), mediaType: "text/plain" }],
      },
    });
    expect(double.asked.at(-1)?.headers.authorization).toBe("Bearer t0ken");
  });

  test("all that is wrong is told at once before anything is sent", async () => {
    const path = await double.keep("flow.json", document);
    const { code, err } = await double.krdc([
      "run",
      "submit",
      path,
      "--home",
      "materials",
      "--set",
      "window=many",
      "--set",
      "colour=1",
    ]);
    expect({
      code,
      lines: err
        .trim()
        .split("\n")
        .map((line) => line.trim().split(":")[0]),
    }).toEqual({ code: 1, lines: ["workflow.invalid", "inputs.window", "inputs.colour", "inputs.table"] });
    expect(double.asked).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["a name twice", '{"schema": "krdc.workflow/v1", "schema": "x"}', "json.duplicate_key"],
    ["an unknown field", JSON.stringify({ ...document, colour: 1 }), "document.unknown_field"],
    ["no JSON", "steps:", "json.syntax"],
  ])("a document with %s is refused here", async (_given, text, code) => {
    const path = await double.keep("flow.json", text);
    expect((await double.krdc(["run", "submit", path, "--home", "materials"])).err).toContain(`[${code}]`);
  });

  test("problems of the portal stand at their fields in the reader's language", async () => {
    double.handlers["POST /api/v1/runs/plan"] = () => ({
      status: 422,
      json: {
        status: 422,
        code: "workflow.invalid",
        problems: [{ path: "steps.clean.app", code: "step.app_unknown", message: { ko: "없는 앱", en: "no app" } }],
      },
    });
    const path = await double.keep("flow.json", document);
    const { err } = await double.krdc(["run", "plan", path, "--home", "materials"], { language: "ko" });
    expect(err).toBe("workflow.invalid: 고칠 곳이 1곳 있습니다.\n  steps.clean.app: 없는 앱 [step.app_unknown]\n");
  });

  test("a damaged upload is noticed", async () => {
    double.handlers["PUT /api/v1/clusters/materials/uploads"] = ({ query }) => ({
      status: 201,
      json: fileOf(query.get("name") ?? "", "other"),
    });
    const path = await double.keep("flow.json", document);
    const table = await double.keep("a.csv", "a");
    expect((await double.krdc(["run", "submit", path, "--home", "materials", "--file", `table=${table}`])).err).toMatch(
      /^upload\.wrong_digest: /,
    );
  });
});

describe("--wait follows a run to its end and exits 0 only on success", () => {
  const delta = (state: string, step: object) =>
    `id: 1\nevent: run\ndata: ${JSON.stringify({ seq: 2, run: { state, reason: null, startedAt: null, endedAt: null, outputs: [] }, steps: [stepView(step)] })}\n\n`;

  async function submitted(views: Answer[], events: Answer[], words: string[] = []): Promise<Ran> {
    double.handlers["PUT /api/v1/clusters/bio/uploads"] = ({ query, body }) => ({
      status: 201,
      json: fileOf(query.get("name") ?? "", body.toString()),
    });
    double.handlers["POST /api/v1/runs"] = () => ({ status: 201, json: { id: uuid, state: "QUEUED" } });
    double.handlers[`GET /api/v1/runs/${uuid}`] = () => views.shift() ?? { hangUp: true };
    double.handlers[`GET /api/v1/runs/${uuid}/events`] = () =>
      events.shift() ?? { status: 404, json: { code: "none" } };
    const path = await double.keep("flow.json", document);
    const table = await double.keep("a.csv", "a");
    return double.krdc(["run", "submit", path, "--home", "bio", "--file", `table=${table}`, "--wait", ...words]);
  }
  const at = (state: string, step: object = {}): Answer => ({ json: runView({ state, steps: [stepView(step)] }) });
  const stream = (body: string): Answer => ({ body, headers: { "content-type": "text/event-stream" } });

  test("success, by events", async () => {
    const events = [stream(`: hello\n\n${delta("RUNNING", { state: "REMOTE_RUNNING" })}${delta("SUCCEEDED", {})}`)];
    const { code, out, err } = await submitted([at("QUEUED", { state: "WAITING" }), at("SUCCEEDED")], events, [
      "--json",
    ]);
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { id: uuid, state: "SUCCEEDED" } });
    expect(err).toBe("clean  WAITING  materials\nclean  REMOTE_RUNNING  materials\nclean  SUCCEEDED  materials\n");
  });

  test("failure, by asking again after the stream broke and the portal was away", async () => {
    const reason = { code: "test.exit_code", detail: { exitCode: 3 } };
    const views: Answer[] = [
      at("RUNNING", { state: "RUNNING" }),
      { hangUp: true },
      { status: 503, json: { status: 503, code: "hub.away" } },
      at("FAILED", { state: "FAILED", reason }),
    ];
    const { code, err } = await submitted(views, [stream("data: {broken\n\n")]);
    expect(code).toBe(1);
    expect(err).toContain("clean  FAILED  materials  test.exit_code\n");
    expect(err).toMatch(/run\.ended: The run ended FAILED\.\n$/);
  });

  test("a portal that stays away is given up after ten minutes", async () => {
    const { code, err } = await submitted([at("RUNNING", { state: "RUNNING" })], [stream("")]);
    expect(code).toBe(1);
    expect(err).toMatch(/portal\.unreachable: /);
  });
});
