import { z } from "zod";
import type { RunView } from "#server/protocol/run-view";
import { isRunOver } from "#server/protocol/states";
import { asJson, type Command, type CommandCall, table, textOption } from "../command";
import { segment } from "../portal";
import { reasonSentence } from "../texts";
import { readRun, runPath, stepName } from "./follow";
import { logs } from "./logs";

/** The form that scripts rely on; scattered instances carry their index as well. */
function shownRun(view: RunView) {
  const steps = view.steps.map(
    ({
      id,
      index,
      app,
      state,
      cluster,
      placement,
      placementReason,
      attempt,
      end,
      startedAt,
      endedAt,
      outputs,
      cachedFrom,
    }) => ({
      id,
      ...(index === null ? {} : { index }),
      app,
      state,
      cluster,
      placement,
      reason: placementReason,
      attempt,
      end,
      startedAt,
      endedAt,
      ...(cachedFrom ? { cachedFrom } : {}),
      outputs: outputs.map(({ port, name, sha256, size }) => ({ port, name, sha256, size })),
    }),
  );
  return { id: view.id, state: view.state, home: view.home, steps };
}

const warnMs = 3 * 86_400_000;

/** Said only when somebody has to think of it: from three days ahead, or when it has ended. */
function tellConsent({ io }: CommandCall, { id, state, consentUntil }: RunView): void {
  if (!consentUntil || isRunOver(state)) return;
  const leftMs = Date.parse(consentUntil) - io.now().getTime();
  if (leftMs > warnMs) return;
  const code = leftMs > 0 ? "consent.ends_soon" : "authorization.expired";
  io.note(`${reasonSentence(code, { until: consentUntil, id }, io.env.language)}\n`);
}

async function consent(call: CommandCall): Promise<undefined> {
  const id = call.arguments[0] ?? "";
  const answer = await call.portal.json("POST", `${runPath(id)}/consent`, renewed, { body: {} });
  call.io.write(call.isJson ? asJson(answer) : `${answer.id}  ${answer.consentUntil}\n`);
}

async function show(call: CommandCall): Promise<undefined> {
  const view = await readRun(call, call.arguments[0] ?? "");
  if (call.isJson) return call.io.write(asJson(shownRun(view))) as undefined;
  const why = view.reason ? `  ${view.reason.code}` : "";
  call.io.write(`${view.id}  ${view.state}  ${view.home}${why}\n`);
  tellConsent(call, view);
  const rows = view.steps.map((step) => [
    stepName(step),
    step.state,
    step.cluster,
    step.placement,
    step.placementReason,
    step.attempt,
    step.reason?.code ?? step.end,
    step.app,
  ]);
  call.io.write(table(rows));
}

const renewed = z.looseObject({ id: z.string(), consentUntil: z.string() });

const runRow = z.looseObject({
  id: z.string(),
  state: z.string(),
  home: z.string().nullish(),
  createdAt: z.string().nullish(),
});

async function list({ portal, io, isJson }: CommandCall): Promise<undefined> {
  const answer = await portal.json("GET", "/api/v1/runs", z.looseObject({ items: z.array(runRow) }));
  io.write(isJson ? asJson(answer) : table(answer.items.map((row) => [row.id, row.state, row.home, row.createdAt])));
}

async function change(call: CommandCall, path: string, body: object): Promise<undefined> {
  const id = call.arguments[0] ?? "";
  const answer = await call.portal.open("POST", `${runPath(id)}/${path}`, { body });
  await answer.body?.cancel();
  const { state } = await readRun(call, id);
  call.io.write(call.isJson ? asJson({ id, state }) : `${id}  ${state}\n`);
}

function retry(call: CommandCall): Promise<undefined> {
  const step = textOption(call.options, "step");
  if (!step) return change(call, "retry", {});
  const [, id = step, index] = /^(.+)\[(\d+)\]$/.exec(step) ?? [];
  return change(call, `steps/${segment(id)}/retry`, index === undefined ? {} : { index: Number(index) });
}

/** The flag is the person's word that they know it; without it the home cluster refuses. */
function abandon(call: CommandCall): Promise<undefined> {
  const step = call.arguments[1] ?? "";
  const [, id = step, index = "0"] = /^(.+)\[(\d+)\]$/.exec(step) ?? [];
  const isUnderstood = call.options["it-may-run-twice"] === true;
  const body = isUnderstood ? { understood: "it_may_run_twice" } : {};
  return change(call, `steps/${segment(id)}/${index}/abandon`, body);
}

export const runShowCommands: Command[] = [
  {
    name: "run show",
    usage: "run show ID",
    help: { ko: "실행과 단계들의 상태를 봅니다.", en: "Show a run and its steps." },
    least: 1,
    most: 1,
    run: show,
  },
  {
    name: "run list",
    usage: "run list",
    help: { ko: "내 실행들을 봅니다.", en: "List your runs." },
    least: 0,
    most: 0,
    run: list,
  },
  {
    name: "run logs",
    usage: "run logs ID [STEP] [-f]",
    help: { ko: "단계의 기록을 봅니다. -f: 이어서 봅니다.", en: "Show the log of a step or of all. -f: follow it." },
    options: { follow: { type: "boolean", short: "f" } },
    least: 1,
    most: 2,
    run: logs,
  },
  {
    name: "run consent",
    usage: "run consent ID",
    help: {
      ko: "다른 클러스터에서 하는 단계들에 다시 동의합니다. 기다리던 단계가 이어집니다.",
      en: "Consent once more to the steps in other clusters; what waited for it goes on.",
    },
    least: 1,
    most: 1,
    run: consent,
  },
  {
    name: "run cancel",
    usage: "run cancel ID",
    help: { ko: "실행을 취소합니다.", en: "Cancel a run." },
    least: 1,
    most: 1,
    run: (call) => change(call, "cancel", {}),
  },
  {
    name: "run retry",
    usage: "run retry ID [--step STEP]",
    help: { ko: "실패한 단계를 다시 합니다.", en: "Retry what failed, or one step." },
    options: { step: { type: "string" } },
    least: 1,
    most: 1,
    run: retry,
  },
  {
    name: "run abandon",
    usage: "run abandon ID STEP --it-may-run-twice",
    help: {
      ko: "클러스터가 응답하지 않는 시도를 포기합니다. 그곳에서 끝까지 실행될 수 있습니다.",
      en: "Give up an attempt whose cluster does not answer. It may run to its end there.",
    },
    options: { "it-may-run-twice": { type: "boolean" } },
    least: 2,
    most: 2,
    run: abandon,
  },
];
