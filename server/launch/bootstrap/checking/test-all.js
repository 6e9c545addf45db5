import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareAll } from "../prepare.js";
import { createProgress } from "../progress.js";
import { endCommandsOnSignal } from "../run-command.js";
import { Refusal, words } from "../words.js";
import { ensureChromium } from "./chromium.js";
import { stages } from "./stages.js";

/**
 * Installs, builds and runs every check that this machine can run; the last line is the sum.
 * @param {{ root: string, only: string[] }} what names of stages; none means all
 * @returns {Promise<number>} exit code
 */
export async function testAll({ root, only }) {
  const write = (line) => console.log(line);
  endCommandsOnSignal();
  const total = { passed: 0, failed: 0 };
  const isBuilt = await build(root, write);
  total[isBuilt ? "passed" : "failed"] += 1;
  const chromium = await ensureChromium({ root, write });
  if (!chromium) write(words.noChromium().join(" · "));
  const env = { ...process.env, NODE_ENV: "test", CI: "1", ...(chromium ? { KRDC_CHROMIUM: chromium } : {}) };
  for (const stage of stages) {
    if (only.length > 0 && !only.includes(stage.name)) continue;
    write(`\n── ${stage.name}`);
    const begin = performance.now();
    const { passed, failed } = await stage.run({ root, env, write });
    total.passed += passed;
    total.failed += failed;
    write(`── ${stage.name}: ${passed} passed, ${failed} failed, ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  }
  write(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

async function build(root, write) {
  const home = mkdtempSync(join(tmpdir(), "krdc-check-"));
  try {
    await prepareAll({ root, home, progress: createProgress({ steps: 4, write }) });
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    write(error.detail ? `${error.message}\n${error.detail}` : error.message);
    return false;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
