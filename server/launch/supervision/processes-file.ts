import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../bootstrap/hashing.js";
import { thisProcess } from "../bootstrap/process-identity.js";

const recordedProcess = z.object({ name: z.string(), pid: z.number(), ticks: z.string(), port: z.number().optional() });
const processesFile = z.object({ launcher: recordedProcess, children: z.array(recordedProcess) });

export type RecordedProcess = z.infer<typeof recordedProcess>;

/** What an earlier launcher of this home noted; empty when nothing can be read. */
export function readProcesses(home: string): RecordedProcess[] {
  const parsed = processesFile.safeParse(readJson(join(home, "processes.json")));
  return parsed.success ? parsed.data.children : [];
}

/** Written at every change, before anything else is awaited: the next start ends or adopts what stands here. */
export function writeProcesses(home: string, children: RecordedProcess[]): void {
  writeJson(join(home, "processes.json"), { launcher: { name: "launcher", ...thisProcess() }, children });
}
