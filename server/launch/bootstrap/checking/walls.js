import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { listSources } from "../hashing.js";
import { runCommand } from "../run-command.js";

const WALLED = ["app", "components", "server", "drizzle", "e2e"];
const CODE = /\.(tsx?|jsx?|mjs)$/;
/** Beside this checkout's own copy, because a checked folder of a test has no packages. */
const CRUISER = fileURLToPath(
  new URL("../../../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs", import.meta.url),
);

/**
 * Checks the house plan. The cruiser cannot read TypeScript 7 and takes `import type` for an import, so it looks twice:
 * at the sources with the rules that hold for types too, and at the sources without their types with the other rules.
 * @param {string} root
 * @returns {Promise<{ isGood: boolean, output: string }>}
 */
export async function checkWalls(root) {
  const work = mkdtempSync(join(tmpdir(), "krdc-walls-"));
  try {
    const erased = join(work, "erased");
    await eraseTypes(root, erased);
    const looks = [await cruise(root, work, "also-types"), await cruise(root, work, "values-only", erased)];
    return {
      isGood: looks.every(({ code, tail }) => code === 0 && cruised(tail)),
      output: looks.map(({ lines }) => lines.join("\n")).join("\n"),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Without a parser that it understands the cruiser looks at nothing and calls that success.
 * @param {string} output
 */
export function cruised(output) {
  return Number(/(\d+) modules?, \d+ dependencies cruised/.exec(output)?.[1] ?? 0) > 0;
}

async function cruise(root, work, rules, cwd = root) {
  const config = join(work, `${rules}.cjs`);
  const keep = rules === "values-only" ? "" : "!";
  const lines = [
    `const plan = require(${JSON.stringify(join(root, ".dependency-cruiser.cjs"))});`,
    'const sparesTypes = ({ to }) => to.dependencyTypesNot?.includes("type-only") ?? false;',
    `module.exports = { ...plan, forbidden: plan.forbidden.filter((rule) => ${keep}sparesTypes(rule)) };`,
  ];
  writeFileSync(config, lines.join("\n"));
  const said = [];
  const folders = WALLED.filter((folder) => existsSync(join(cwd, folder)));
  const args = [CRUISER, "--config", config, ...folders];
  const { code, tail } = await runCommand(process.execPath, args, { cwd, onLine: (line) => said.push(line) });
  return { code, tail, lines: said };
}

async function eraseTypes(root, target) {
  const { transform } = await import("esbuild");
  const isSource = (path) => !/(^|\/)(node_modules|samples|migrations)$/.test(path);
  const files = listSources(root, WALLED, isSource).filter((file) => CODE.test(file) && !file.endsWith(".d.ts"));
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: false, jsx: "react-jsx" } };
  for (const file of files) {
    const loader = file.endsWith("x") ? "tsx" : "ts";
    const { code } = await transform(readFileSync(join(root, file), "utf8"), { loader, tsconfigRaw, jsx: "preserve" });
    mkdirSync(join(target, dirname(file)), { recursive: true });
    writeFileSync(join(target, file), code);
  }
  for (const file of ["package.json", "tsconfig.json"]) {
    writeFileSync(join(target, file), readFileSync(join(root, file)));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { isGood, output } = await checkWalls(process.cwd());
  process.stdout.write(`${output}\n`);
  process.exit(isGood ? 0 : 1);
}
