import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { recordBuildsInUse } from "./bootstrap/builds.js";
import { prepareAll, prepareBundles } from "./bootstrap/prepare.js";
import { createProgress } from "./bootstrap/progress.js";
import { endCommandsOnSignal } from "./bootstrap/run-command.js";
import { Refusal, words } from "./bootstrap/words.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** The first file of every command: Node's built-ins only, because nothing is installed yet. */
const verbs = {
  start,
  krdc: runCommandLine,
  async test() {
    const { testAll } = await import("./bootstrap/checking/test-all.js");
    process.exitCode = await testAll({ root, only: process.argv.slice(3) });
  },
  async bench() {
    const { runBench } = await import("./bootstrap/bench.js");
    await runBench({ root, args: process.argv.slice(3) });
  },
  async dev() {
    await start({ isDevelopment: true });
  },
};

async function start({ isDevelopment = false } = {}) {
  const home = homeFolder();
  const progress = createProgress({ steps: isDevelopment ? 4 : 5, write: (line) => console.log(line) });
  const stopListening = endCommandsOnSignal();
  const port = { number: Number(process.env.PORT || 3000), host: process.env.KRDC_HOST || "127.0.0.1" };
  const { bundles, portal } = await prepareAll({ root, home, port, isDevelopment, progress });
  recordBuildsInUse(join(root, ".build"), home, [basename(bundles), ...(portal ? [basename(portal)] : [])]);
  const { start: launch } = await load(join(bundles, "launch.mjs"));
  stopListening();
  await progress.step(["Starting", "시작"], () =>
    launch({ env: process.env, root, home, bundles, portal, isDevelopment, write: (line) => console.log(line) }),
  );
}

/** In this process, so that an answer costs one start of Node; paths are read from where the person stands. */
async function runCommandLine() {
  const note = ([english, korean]) => process.stderr.write(`${english} · ${korean}\n`);
  const stopListening = endCommandsOnSignal();
  const bundles = await prepareBundles({ root, note });
  stopListening();
  const program = join(bundles, "krdc.mjs");
  process.env.KRDC_HOME = homeFolder();
  process.env.KRDC_BUILD = bundles;
  process.argv = [process.execPath, program, ...process.argv.slice(3)];
  if (process.env.INIT_CWD && existsSync(process.env.INIT_CWD)) process.chdir(process.env.INIT_CWD);
  await load(program);
}

function homeFolder() {
  return resolve(process.env.INIT_CWD ?? root, process.env.KRDC_HOME || join(root, ".krdc"));
}

async function load(program) {
  if (!existsSync(program)) throw new Refusal(words.notBuilt(basename(program)));
  return import(pathToFileURL(program).href);
}

try {
  const verb = verbs[process.argv[2] ?? ""];
  if (!verb) throw new Refusal(words.usage());
  await verb();
} catch (error) {
  if (!(error instanceof Refusal || error?.name === "Refusal")) throw error;
  process.stderr.write(`${error.message}\n${error.detail ? `${error.detail}\n` : ""}`);
  process.exit(1);
}
