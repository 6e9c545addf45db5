import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkWalls, cruised } from "./walls.js";

let root: string;
let output: string;

type Planted = { rule: string; from: string; to: string };

/** One wrong import for each rule of the house plan. */
const planted: Planted[] = [
  { rule: "no-cycles", from: "server/hub/apps/one.ts", to: "./two" },
  { rule: "nothing-imports-app", from: "components/shell/page-link.tsx", to: "../../app/page" },
  { rule: "components-see-server-types-only", from: "components/shell/rows.tsx", to: "#server/protocol/rows" },
  { rule: "graph-is-pure", from: "server/graph/reads.ts", to: "node:fs" },
  { rule: "buildings-meet-only-in-protocol", from: "server/framework/apps/asks.ts", to: "#server/hub/apps/plain" },
  { rule: "foundation-knows-no-building", from: "server/protocol/knows.ts", to: "#server/hub/apps/plain" },
  { rule: "the-audit-knows-its-own-tables-only", from: "server/audit/reads.ts", to: "#drizzle/hub/schema/apps" },
  { rule: "shared-repos-are-private", from: "server/hub/apps/chains.ts", to: "#server/audit/audit.repo" },
  { rule: "rooms-have-walls", from: "server/hub/members/peeks.ts", to: "#server/hub/apps/apps.repo" },
  { rule: "rules-know-no-hands", from: "server/framework/apps/runs.repo.ts", to: "#server/framework/runtime/start" },
  { rule: "pages-never-call-repos", from: "app/list.tsx", to: "#server/hub/apps/apps.repo" },
  { rule: "only-repos-touch-tables", from: "server/hub/apps/touches.ts", to: "#drizzle/hub/schema/apps" },
  { rule: "frameworks-are-reached-by-http-only", from: "server/cli/reaches.ts", to: "#server/framework/apps/plain" },
  { rule: "the-proxy-knows-the-protocol-only", from: "server/proxy/logs.ts", to: "#server/db/open" },
  { rule: "next-stays-at-the-edge", from: "server/hub/apps/renders.ts", to: "react" },
  { rule: "k8s-client-in-one-place", from: "server/framework/apps/pods.ts", to: "@kubernetes/client-node" },
  { rule: "no-unresolved", from: "server/hub/apps/misses.ts", to: "./nowhere" },
];

const innocent: Record<string, string> = {
  "app/page.tsx": "export const page = 1;",
  "server/hub/apps/two.ts": 'import { value } from "./one";\nexport const two = value;',
  "server/hub/apps/plain.ts": "export const plain = 1;",
  "server/hub/apps/apps.repo.ts": "export const repo = 1;",
  "server/framework/apps/plain.ts": "export const plain = 1;",
  "server/framework/runtime/start.ts": "export const start = 1;",
  "server/protocol/rows.ts": "export const rows = 1;\nexport type Row = { id: string };",
  "server/audit/audit.repo.ts": 'import { entries } from "#drizzle/audit/audit";\nexport const repo = entries;',
  "server/audit/record-entry.ts": 'import { repo } from "./audit.repo";\nexport const record = repo;',
  "server/framework/apps/decides.ts":
    'import { record } from "#server/audit/record-entry";\nexport const decide = record;',
  "drizzle/audit/audit.ts": "export const entries = 1;",
  "server/db/open.ts": "export const open = 1;",
  "drizzle/hub/schema/apps.ts": "export const apps = 1;\nexport type App = typeof apps;",
  "node_modules/react/package.json": '{"name":"react","main":"index.js"}',
  "node_modules/react/index.js": "module.exports = {};",
  "node_modules/@kubernetes/client-node/package.json": '{"name":"@kubernetes/client-node","main":"index.js"}',
  "node_modules/@kubernetes/client-node/index.js": "module.exports = {};",
  "components/shell/typed.tsx":
    'import type { Row } from "#server/protocol/rows";\nexport const id = (row: Row) => row.id;',
  "server/hub/apps/app.ts":
    'import type { App } from "#drizzle/hub/schema/apps";\nexport const same = (app: App) => app;',
};

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "krdc-walls-test-"));
  for (const file of [".dependency-cruiser.cjs", "package.json", "tsconfig.json"]) cpSync(file, join(root, file));
  for (const [file, text] of Object.entries(innocent)) write(file, text);
  for (const { from, to } of planted) write(from, `import * as it from "${to}";\nexport const value = it;`);
  symlinkSync(join(process.cwd(), "node_modules/zod"), join(root, "node_modules/zod"));
  const walls = await checkWalls(root);
  expect(walls.isGood).toBe(false);
  output = walls.output;
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("every rule of the house plan names a planted violation", () => {
  test.each(planted)("$rule: $from -> $to", ({ rule, from }) => {
    expect(output).toMatch(
      new RegExp(`error ${rule}: ${from.replaceAll(".", "\\.")}|error ${rule}: .*\\n?.*${from.replaceAll(".", "\\.")}`),
    );
  });

  test("no rule is left without a planted violation", async () => {
    const plan: { default: { forbidden: { name: string }[] } } = await import("../../../../.dependency-cruiser.cjs");
    expect(plan.default.forbidden.map(({ name }) => name).sort()).toEqual(planted.map(({ rule }) => rule).sort());
  });

  test.each(["components/shell/typed.tsx", "server/hub/apps/app.ts"])("%s takes a type only, and may", (file) => {
    expect(output).not.toContain(`: ${file}`);
  });

  test.each(["server/audit/audit.repo.ts", "server/audit/record-entry.ts", "server/framework/apps/decides.ts"])(
    "%s shares the audit as it should, and may",
    (file) => {
      expect(output).not.toContain(`: ${file}`);
    },
  );
});

test.each([
  { output: "✔ no dependency violations found (120 modules, 300 dependencies cruised)", isGood: true },
  { output: "✔ no dependency violations found (0 modules, 0 dependencies cruised)", isGood: false },
  { output: "", isGood: false },
])("walls count only when modules were looked at: $output", ({ output: said, isGood }) => {
  expect(cruised(said)).toBe(isGood);
});
