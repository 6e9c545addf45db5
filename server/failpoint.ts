import { renameSync } from "node:fs";
import { join } from "node:path";
import { failpointFolder } from "./env";

/** Every place where a service can be made to die: before and after each commit and each send that the protocol lives by. */
export const failpoints = [
  "hub.submit.before-commit",
  "hub.submit.before-send",
  "hub.submit.after-send",
  "hub.grant.before-commit",
  "hub.grant.after-commit",
  "hub.introspection.before-answer",
  "hub.revoke.before-send",
  "hub.revoke.after-send",
  "home.attempt.before-commit",
  "home.attempt.after-commit",
  "home.grant.before-send",
  "home.grant.after-send",
  "home.intent.after-commit",
  "home.submit.after-send",
  "home.inputs.before-send",
  "home.inputs.after-send",
  "home.event.before-commit",
  "home.event.after-commit",
  "home.fetch.before-send",
  "home.fetch.after-send",
  "home.settle.before-commit",
  "home.settle.after-commit",
  "home.acknowledge.before-send",
  "home.acknowledge.after-send",
  "home.cancel.before-send",
  "home.cancel.after-send",
  "host.accept.before-commit",
  "host.accept.after-commit",
  "host.input.before-commit",
  "host.input.after-commit",
  "host.start.before-spawn",
  "host.start.before-commit",
  "host.start.after-commit",
  "host.end.before-commit",
  "host.end.after-commit",
  "host.acknowledge.before-commit",
  "host.acknowledge.after-commit",
  "host.cancel.before-commit",
  "host.cancel.after-commit",
  "host.revoke.before-commit",
  "host.revoke.after-commit",
  "proxy.submit.before-send",
  "proxy.submit.after-send",
  "proxy.fetch.before-send",
  "proxy.fetch.after-send",
  "proxy.cancel.before-send",
  "proxy.cancel.after-send",
] as const;
export type Failpoint = (typeof failpoints)[number];

/**
 * Dies here at once, as after `kill -9`, if a test has put a file of this name into the folder of failpoints. The file is
 * renamed first, so that a point is hit once however often it is passed.
 */
export function failpoint(name: Failpoint): void {
  const folder = failpointFolder();
  if (!folder) return;
  try {
    renameSync(join(folder, name), join(folder, `${name}.hit`));
  } catch {
    return;
  }
  process.kill(process.pid, "SIGKILL");
  // The signal may take a moment, in which nothing more must happen.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}
