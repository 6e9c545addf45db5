import { readdirSync, readFileSync } from "node:fs";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { attemptName, runKeyOf } from "#server/protocol/run-key";

export type Task = { pid: number; ppid: number; name: string };

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Every process that an app or proxy of this home started or left, wherever it hangs in the tree now. */
export function tasksOf(home: string): Task[] {
  const found: Task[] = [];
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const mark = read(`/proc/${entry}/environ`)
      .split("\0")
      .find((variable) => variable.startsWith("KRDC_TASK="));
    const task = mark?.slice("KRDC_TASK=".length);
    if (!task?.startsWith(`${home}/`)) continue;
    const stat = read(`/proc/${entry}/stat`);
    const ppid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    found.push({ pid: Number(entry), ppid, name: task.slice(task.lastIndexOf("/") + 1) });
  }
  return found;
}

type Attempt = { home: string; run: string; step: string; index?: number };

/** Processes of one step run's app and of its proxy, over all attempts. */
export function tasksOfStep(
  folder: string,
  { home, run, step, index = 0 }: Attempt,
): { apps: Task[]; proxies: Task[] } {
  const key = attemptName(runKeyOf({ homeId: home, runId: run, stepPath: step, index }), 0).slice(3, -2);
  const own = tasksOf(folder).filter(({ name }) => name.includes(key));
  const isProxy = ({ name }: Task) => name.startsWith("proxy-");
  return { apps: own.filter((task) => !isProxy(task)), proxies: own.filter(isProxy) };
}

/** A service as the launcher noted it. */
export function serviceOf(home: string, name: string): { pid: number; ticks: string } {
  const found = readProcesses(home).find((child) => child.name === name);
  if (!found) throw new Error(`${name} does not run`);
  return found;
}
