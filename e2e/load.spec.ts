import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Person } from "./setup/command-line";
import { samples, samplesLoaded, writeWorkflow } from "./setup/sample-apps";

const house = inject("house");
const folder = mkdtempSync(join(tmpdir(), "krdc 많은 단계 "));
const pairs = 100;

beforeAll(() => samplesLoaded(house));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two hundred steps: a hundred at home, each feeding one in the other cluster. */
function manySteps(): string {
  const cleaned = (at: number) => [
    `clean${at}`,
    { app: "materials/csv-clean@1.0.0", with: { input: { from: "inputs.table" }, unit: `u${at}` } },
  ];
  const smoothed = (at: number) => [
    `smooth${at}`,
    { app: "bio/moving-average@1.0.0", with: { input: { from: `clean${at}.out` }, column: "co2", window: 3 } },
  ];
  const steps = Object.fromEntries(Array.from({ length: pairs }, (_, at) => [cleaned(at), smoothed(at)]).flat());
  return writeWorkflow(folder, "many", { inputs: { table: { type: "file" } }, steps });
}

test("two hundred steps over two clusters succeed while another person runs something else, and each sees only their own", async () => {
  const table = join(folder, "작은 표.csv");
  writeFileSync(table, `date,co2\n${Array.from({ length: 12 }, (_, at) => `2001-${at + 1},${370 + at}`).join("\n")}\n`);
  const [one, other] = [await Person.as(house, "researcher"), await Person.as(house, "researcher2")];
  const many = await one.submitAndWait(manySteps(), { home: "materials", files: [["table", table]] });
  const co2 = join(samples, "workflows/co2-trend.json");
  const file: [string, string][] = [["table", join(samples, "data/co2-mauna-loa.csv")]];
  const few = await other.submitAndWait(co2, { home: "bio", files: file });

  const second = await few.ended;
  expect(second.code, second.err).toBe(0);
  expect(
    (await one.untilOver(many.id, 1).catch(() => "still going")) === "still going",
    "a small run need not wait",
  ).toBe(true);
  const first = await many.ended;
  expect(first.code, first.err).toBe(0);

  const { steps } = await one.untilOver(many.id);
  const count = (is: (step: (typeof steps)[number]) => boolean) => steps.filter(is).length;
  expect([
    count(({ placement, state }) => placement === "local" && state === "SUCCEEDED"),
    count(({ placement, state }) => placement === "remote" && state === "SUCCEEDED"),
    count(({ attempt }) => attempt === 1),
  ]).toEqual([pairs, pairs, 2 * pairs]);

  for (const [person, own, others] of [
    [one, many.id, few.id],
    [other, few.id, many.id],
  ] as const) {
    const { items } = await person.json<{ items: { id: string }[] }>("run", "list");
    const ids = items.map(({ id }) => id);
    expect([ids.includes(own), ids.includes(others)]).toEqual([true, false]);
    expect((await person.krdc("run", "show", others)).err).toMatch(/^run\.not_found: /);
  }
  const said = await one.krdc("check");
  expect({ code: said.code, out: said.out }).toEqual({ code: 0, out: "Everything holds.\n" });
});
