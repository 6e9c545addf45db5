import type { StepView } from "#server/protocol/run-view";
import { isRunOver, isStepOver } from "#server/protocol/states";
import { asJson, CliError, type CommandCall } from "../command";
import { segment } from "../portal";
import { readRun, runPath, stepName } from "./follow";

const WAIT_SECONDS = 20;
const PAUSE_MS = 1_000;

/** Prints the log of one step or of all, one after another in the order of the run. */
export async function logs(call: CommandCall): Promise<undefined> {
  const [id = "", wanted] = call.arguments;
  const view = await readRun(call, id);
  const chosen = view.steps.filter((step) => !wanted || wanted === step.id || wanted === stepName(step));
  if (wanted && chosen.length === 0) throw new CliError("run.no_such_step", { step: wanted });
  if (call.isJson) return call.io.write(asJson(await keptLogs(call, id, chosen))) as undefined;
  for (const step of chosen) {
    if (chosen.length > 1) call.io.write(`== ${stepName(step)} ==\n`);
    await readLog(call, id, step, (chunk) => call.io.write(shownLog(call, chunk)));
  }
}

async function keptLogs(call: CommandCall, run: string, steps: StepView[]) {
  const kept: { step: string; index: number | null; attempt: number; log: string }[] = [];
  for (const step of steps) {
    const chunks: Uint8Array[] = [];
    const attempt = await readLog(call, run, step, (chunk) => void chunks.push(chunk));
    kept.push({ step: step.id, index: step.index, attempt, log: Buffer.concat(chunks).toString("utf8") });
  }
  return kept;
}

/** On a terminal the log may not move the cursor or change the colours; into a file it goes byte for byte. */
function shownLog({ io }: CommandCall, chunk: Uint8Array): Uint8Array {
  return io.isTerminal
    ? chunk.filter((byte) => (byte >= 0x20 ? byte !== 0x7f : byte === 0x0a || byte === 0x09))
    : chunk;
}

async function readLog(
  call: CommandCall,
  run: string,
  step: StepView,
  take: (chunk: Uint8Array) => void,
): Promise<number> {
  const isFollowing = call.options.follow === true;
  const { attempt } = isFollowing ? await untilStarted(call, run, step) : step;
  if (attempt < 1) return attempt;
  const path = `${runPath(run)}/steps/${segment(step.id)}/${step.index ?? 0}/log?attempt=${attempt}`;
  let offset = 0;
  for (;;) {
    const piece = await readPiece(call, `${path}&offset=${offset}&wait=${isFollowing ? WAIT_SECONDS : 0}`, offset);
    take(piece.bytes);
    offset = piece.next;
    if (piece.bytes.length > 0) continue;
    if (piece.hasEnded || !isFollowing) return attempt;
    await call.io.sleep(PAUSE_MS);
  }
}

async function readPiece(call: CommandCall, path: string, offset: number) {
  const answer = await call.portal.open("GET", path, { headers: { accept: "text/plain" } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const told = Number(answer.headers.get("x-krdc-log-next-offset") ?? 0);
  const next = Math.max(told, offset + bytes.length);
  return { bytes, next, hasEnded: answer.headers.get("x-krdc-log-end") === "true" };
}

async function untilStarted(call: CommandCall, run: string, step: StepView): Promise<StepView> {
  for (;;) {
    const view = await readRun(call, run);
    const now = view.steps.find((other) => stepName(other) === stepName(step)) ?? step;
    if (now.attempt > 0 || isStepOver(now.state) || isRunOver(view.state)) return now;
    await call.io.sleep(PAUSE_MS);
  }
}
