import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KrdcError } from "#server/errors";
import type { FrameworkContext } from "../context";
import type { TaskExit } from "../runtime/runtime";
import type { Build } from "./apps.repo";

type Tool = {
  command: string[];
  cwd: string;
  seconds: number;
  environment?: Record<string, string>;
  mayFail?: boolean;
  /** What a failure of this tool means for the person who registers the app. */
  code?: string;
};

export const buildLogPath = (ctx: FrameworkContext, id: string) => join(ctx.folder, "build-logs", `${id}.log`);

async function waitForEnd(ctx: FrameworkContext, name: string): Promise<TaskExit> {
  for (;;) {
    const view = await ctx.runtime.look(name);
    if (view.phase === "ended") return view.exit;
    if (ctx.stopping.aborted) throw new KrdcError("unavailable", "framework.stopping");
    await ctx.runtime.ended(name, 2000);
  }
}

/** Runs one tool of a build under the same supervisor as apps, and adds what it prints to the build's log. */
export async function runTool(ctx: FrameworkContext, build: Build, step: string, tool: Tool): Promise<TaskExit> {
  const name = `build-${build.id}-${build.fence}-${step}`;
  const log = buildLogPath(ctx, build.id);
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  await appendFile(log, `$ ${tool.command.map((part) => part.split(ctx.folder).join("")).join(" ")}\n`);
  const started = Date.now();
  await ctx.runtime.start({
    name,
    command: tool.command,
    cwd: tool.cwd,
    environment: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LANG: "C.UTF-8",
      HOME: tool.cwd,
      ...tool.environment,
    },
    durationSeconds: tool.seconds,
    logBytes: 4 * 1024 * 1024,
    graceSeconds: 2,
  });
  let copied = 0;
  const copy = async () => {
    const more = await ctx.runtime.logs(name, copied, 1024 * 1024);
    copied += more.length;
    if (more.length > 0) await appendFile(log, more);
    return more.length;
  };
  const follow = setInterval(() => void copy().catch(() => undefined), 300);
  const exit = await waitForEnd(ctx, name).finally(() => clearInterval(follow));
  while ((await copy()) > 0);
  await appendFile(
    log,
    `# ${step}: ${exit.exitCode ?? exit.outcome} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  await ctx.runtime.clear(name);
  if (exit.exitCode !== 0 && !tool.mayFail) {
    throw new KrdcError("unprocessable", tool.code ?? "app.build_tool_failed", {
      detail: { step, outcome: exit.outcome },
    });
  }
  return exit;
}
