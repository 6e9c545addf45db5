import { readFile } from "node:fs/promises";
import { z } from "zod";
import { parseJsonStrict, parseWorkflow } from "#server/graph/parse-workflow";
import type { Problem, Value, Workflow } from "#server/graph/workflow";
import { asJson, CliError, type Command, type CommandCall, neededOption, pairOptions, table } from "../command";
import { waitForRun } from "./follow";
import { collectInputs, uploadInputs } from "./inputs";

const runAnswer = z.looseObject({ id: z.string(), state: z.string() });
const planStep = z.looseObject({
  id: z.string(),
  cluster: z.string(),
  placement: z.string(),
  reason: z.string(),
  permission: z.string().nullish(),
});
const message = z.object({ ko: z.string(), en: z.string() });
const planAnswer = z.looseObject({
  steps: z.array(planStep),
  problems: z.array(z.object({ path: z.string(), code: z.string(), message })).default([]),
});

/** Reads a workflow document as strictly as the portal does; `json` is the document as it was written. */
async function readWorkflow(path: string): Promise<{ json: unknown; workflow: Workflow }> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CliError("file.not_readable", { path, why: error.code });
  });
  const read = parseJsonStrict(text);
  if ("problems" in read) throw invalid(read.problems);
  const parsed = parseWorkflow(read.value);
  if ("problems" in parsed) throw invalid(parsed.problems);
  return { json: read.value, workflow: parsed.workflow };
}

const invalid = (problems: Problem[]) => new CliError("workflow.invalid", {}, problems);

async function prepare(call: CommandCall): Promise<{ json: unknown; home: string; inputs: Record<string, Value> }> {
  const home = neededOption(call.options, "home");
  const texts = pairOptions(call.options, "set");
  const files = pairOptions(call.options, "file");
  const { json, workflow } = await readWorkflow(call.arguments[0] ?? "");
  const { inputs, uploads, problems } = await collectInputs(workflow, texts, files);
  if (problems.length > 0) throw invalid(problems);
  return { json, home, inputs: { ...inputs, ...(await uploadInputs(call.portal, home, uploads)) } };
}

async function submit(call: CommandCall): Promise<number | undefined> {
  const { io, portal, isJson, options } = call;
  const { json, home, inputs } = await prepare(call);
  const body = { workflow: json, home, inputs };
  const run = await portal.json("POST", "/api/v1/runs", runAnswer, { body });
  if (options.wait !== true) {
    io.write(isJson ? asJson({ id: run.id, state: run.state }) : `${run.id}\n`);
    return undefined;
  }
  if (!isJson) io.write(`${run.id}\n`);
  const ended = await waitForRun(call, run.id);
  if (isJson) io.write(asJson({ id: run.id, state: ended.state }));
  if (ended.state === "SUCCEEDED") return undefined;
  throw new CliError("run.ended", { state: ended.state });
}

async function plan(call: CommandCall): Promise<number | undefined> {
  const { io, isJson } = call;
  const { json, home, inputs } = await prepareForPlan(call);
  const answer = await call.portal.json("POST", "/api/v1/runs/plan", planAnswer, {
    body: { workflow: json, home, inputs },
  });
  const rows = answer.steps.map((step) => [step.id, step.cluster, step.placement, step.reason, step.permission]);
  io.write(isJson ? asJson(answer) : table(rows));
  if (answer.problems.length === 0) return undefined;
  throw invalid(answer.problems);
}

/** A dry run needs no values, so only the document is read. */
async function prepareForPlan(call: CommandCall) {
  const { json } = await readWorkflow(call.arguments[0] ?? "");
  return { json, home: neededOption(call.options, "home"), inputs: {} };
}

async function importWorkflow({
  arguments: [path = ""],
  options,
  portal,
  io,
  isJson,
}: CommandCall): Promise<undefined> {
  const { json } = await readWorkflow(path);
  const answer = await portal.json("POST", "/api/v1/workflows", z.looseObject({ id: z.string() }), {
    body: { workflow: json, ...(options.template ? { template: true } : {}) },
  });
  io.write(isJson ? asJson(answer) : `${answer.id}\n`);
}

export const runCommands: Command[] = [
  {
    name: "run submit",
    usage: "run submit FILE --home C [--set name=value]… [--file name=path]… [--wait]",
    help: {
      ko: "워크플로우를 실행합니다. 목록 값은 JSON 배열로, --file은 여러 번 씁니다. --wait: 끝날 때까지 기다리고 성공일 때만 0으로 끝납니다.",
      en: "Run a workflow. Lists are JSON arrays; --file repeats. --wait: wait for the end, exit 0 only on success.",
    },
    options: {
      home: { type: "string" },
      set: { type: "string", multiple: true },
      file: { type: "string", multiple: true },
      wait: { type: "boolean" },
    },
    least: 1,
    most: 1,
    run: submit,
  },
  {
    name: "run plan",
    usage: "run plan FILE --home C",
    help: { ko: "단계마다 어디서, 왜 실행되는지 미리 봅니다.", en: "Show where each step would run, and why." },
    options: { home: { type: "string" } },
    least: 1,
    most: 1,
    run: plan,
  },
  {
    name: "workflow import",
    usage: "workflow import FILE [--template]",
    help: {
      ko: "워크플로우 문서를 포털에 저장합니다. --template: 누구나 본으로 쓸 수 있게 합니다(제공자).",
      en: "Keep a workflow document in the portal. --template: offer it to everybody to start from (providers).",
    },
    options: { template: { type: "boolean" } },
    least: 1,
    most: 1,
    run: importWorkflow,
  },
];
