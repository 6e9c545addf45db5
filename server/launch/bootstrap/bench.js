import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { checkPython } from "./machine.js";
import { prepareBundles } from "./prepare.js";
import { Refusal, words } from "./words.js";

/**
 * Builds the bench with the builders of the tests and runs it in this process.
 * @param {{ root: string, args: string[] }} what names of figures and options; no name means all
 */
export async function runBench({ root, args }) {
  checkPython();
  await prepareBundles({ root, note: ([english, korean]) => process.stderr.write(`${english} · ${korean}\n`) });
  const folder = join(root, `.build/bench-run-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "main.mjs");
  await bundleBench(root, program);
  process.chdir(root);
  process.argv = [process.execPath, program, ...args];
  await import(program);
}

async function bundleBench(root, outfile) {
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: ["e2e/bench/main.ts"],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      alias: { "server-only": "next/dist/compiled/server-only/empty.js" },
      plugins: [rooms(root)],
      logLevel: "silent",
    });
  } catch (error) {
    const messages = await esbuild.formatMessages(error.errors ?? [{ text: String(error) }], { kind: "error" });
    throw new Refusal(words.bundles(), messages.join("\n").split("\n").slice(-40).join("\n"));
  } finally {
    await esbuild.stop();
  }
}

/** In one file every part would take itself for its neighbour: each keeps the folder that it came from. */
function rooms(root) {
  return {
    name: "rooms",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (relative(root, path).startsWith("node_modules")) return undefined;
        const contents = readFileSync(path, "utf8").replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
        return { contents, loader: "ts" };
      });
    },
  };
}
