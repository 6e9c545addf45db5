import { z } from "zod";
import { type Reason, type RunDelta, type RunView, runDelta, runView, type StepView } from "#server/protocol/run-view";
import { isRunOver } from "#server/protocol/states";
import { CliError, type CommandCall } from "../command";
import { segment } from "../portal";
import { reasonSentence } from "../texts";

const SILENCE_MS = 45_000;
const PAUSE_MS = 1_000;
const PORTAL_AWAY_MS = 600_000;

type Following = Pick<CommandCall, "portal" | "io">;
export const runPath = (id: string) => `/api/v1/runs/${segment(id)}`;
export const readRun = ({ portal }: Pick<CommandCall, "portal">, id: string) =>
  portal.json("GET", runPath(id), runView);

/** `step`, or `step[index]` for an instance of a scattered one. */
export const stepName = ({ id, index }: Pick<StepView, "id" | "index">) => (index === null ? id : `${id}[${index}]`);

/** Follows a run to its end: by its events, by asking again where they break off, and through a portal that is away for a while. */
export async function waitForRun(call: Following, id: string): Promise<RunView> {
  const told = new Map<string, string>();
  let awaySince: number | undefined;
  for (;;) {
    const view = await followOnce(call, told, id).catch((error: unknown) => passingError(error));
    if ("state" in view && isRunOver(view.state)) return view;
    awaySince = view instanceof CliError ? tellAway(call, view, awaySince) : undefined;
    await call.io.sleep(PAUSE_MS);
  }
}

function tellAway({ io }: Following, error: CliError, since: number | undefined): number {
  const now = io.now().getTime();
  if (since === undefined) io.note(`${error.code} …\n`);
  else if (now - since > PORTAL_AWAY_MS) throw error;
  return since ?? now;
}

/** Looks, and unless the run is over watches its events for as long as they come, and looks again. */
async function followOnce(call: Following, told: Map<string, string>, id: string): Promise<RunView> {
  const before = await readRun(call, id);
  tellSteps(call, told, before.steps);
  if (isRunOver(before.state)) return before;
  await followEvents(call, told, id);
  const after = await readRun(call, id);
  tellSteps(call, told, after.steps);
  return after;
}

function passingError(error: unknown): CliError {
  if (error instanceof CliError && isPassing(error)) return error;
  throw error;
}

const isPassing = ({ code, facts }: CliError) =>
  code === "portal.unreachable" || (typeof facts.status === "number" && (facts.status >= 500 || facts.status === 429));

function tellSteps({ io }: Following, told: Map<string, string>, steps: StepView[]): void {
  for (const { state, cluster, reason, ...step } of steps) {
    const name = stepName(step);
    if (told.get(name) === state) continue;
    told.set(name, state);
    io.note(`${name}  ${state}  ${cluster}${reason ? `  ${reasonText(reason, io)}` : ""}\n`);
  }
}

function reasonText({ code, detail }: Reason, io: CommandCall["io"]): string {
  const sentence = reasonSentence(code, detail, io.env.language);
  return sentence === undefined ? code : `${code}: ${sentence}`;
}

/** Returns when the run is over, the stream ends, or nothing came for a while. */
async function followEvents(call: Following, told: Map<string, string>, id: string): Promise<void> {
  const answer = await call.portal.open("GET", `${runPath(id)}/events`, { headers: { accept: "text/event-stream" } });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let buffer = "";
  try {
    for (;;) {
      const chunk = await withinSilence(reader.read());
      if (chunk === undefined || chunk.done) return;
      buffer += chunk.value.replaceAll("\r\n", "\n");
      const messages = buffer.split("\n\n");
      buffer = messages.pop() ?? "";
      const deltas = messages.flatMap(deltasOf);
      for (const { steps } of deltas) tellSteps(call, told, steps);
      if (deltas.some(({ run }) => isRunOver(run.state))) return;
    }
  } catch {
    return;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function withinSilence<T>(reading: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), SILENCE_MS);
  });
  return Promise.race([reading, silence]).finally(() => clearTimeout(timer));
}

function deltasOf(message: string): RunDelta[] {
  const data = message
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
  if (!data) return [];
  const read = z
    .string()
    .transform((text) => safeJson(text))
    .pipe(runDelta)
    .safeParse(data);
  return read.success ? [read.data] : [];
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
