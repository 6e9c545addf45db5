import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BrokenPlace, wordsFor } from "#server/protocol/audit";
import { type ChainedEntry, hashOf, origin, type StoredEntry } from "./entry";
import { type Anchor, verifyChain } from "./verify-chain";

/** What the sequencer makes of these entries. */
function chained(entries: StoredEntry[]): ChainedEntry[] {
  let hash = origin;
  return entries.map((entry, index) => {
    hash = hashOf(hash, index + 1, entry);
    return { ...entry, position: index + 1, hash };
  });
}

const text = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" });
const stored: fc.Arbitrary<StoredEntry> = fc.record({
  id: fc.uuid(),
  at: fc
    .date({ noInvalidDate: true, min: new Date("2020-01-01"), max: new Date("2090-01-01") })
    .map((at) => at.toISOString()),
  actor: text,
  action: text,
  subject: text,
  detail: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))),
});
const aChain = fc.array(stored, { minLength: 2, maxLength: 12 }).map(chained);
const two = fc.tuple(fc.nat(), fc.nat());

const anchorOf = ({ position, hash }: ChainedEntry, by = "bio"): Anchor => ({ position, hash: hash ?? "", by });
const named = (broken: BrokenPlace[]) => broken.flatMap(({ position, until }) => [position, until]);
const positionOf = (entry: ChainedEntry | undefined) => entry?.position ?? -1;

/** One byte of a text becomes another one; what stands there is then another text. */
function flipped(value: string, at: number, bit: number): string {
  const bytes = Buffer.from(value, "utf8");
  const place = at % bytes.length;
  bytes[place] = (bytes[place] ?? 0) ^ (1 << (bit % 7));
  return bytes.toString("utf8");
}

/** Each of the two stands where the other stood, with the hash of its own or of its new place. */
function exchanged(entry: ChainedEntry, first: ChainedEntry, second: ChainedEntry, withHash: boolean): ChainedEntry {
  if (entry !== first && entry !== second) return entry;
  const content = entry === first ? second : first;
  return { ...content, position: entry.position, hash: withHash ? content.hash : entry.hash };
}

const fields = ["id", "at", "actor", "action", "subject", "hash"] as const;

describe("a chain that was touched is found broken at the place that was touched", () => {
  test("a chain as the sequencer made it holds, with every checkpoint that was ever signed of it", () => {
    fc.assert(
      fc.property(aChain, (chain) => {
        expect(
          verifyChain(
            "bio",
            chain,
            chain.map((one) => anchorOf(one)),
          ),
        ).toEqual([]);
      }),
    );
  });

  test("any single byte of any text of any entry", () => {
    fc.assert(
      fc.property(aChain, two, fc.nat(), fc.constantFrom(...fields), (chain, [which, at], bit, field) => {
        const index = which % chain.length;
        const touched = chain.map((one, place) =>
          place === index ? { ...one, [field]: flipped(one[field] ?? "", at, bit) } : one,
        );
        expect(verifyChain("bio", touched)).toEqual([
          { kind: "changed", position: index + 1, until: index + 1, by: "bio" },
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test("any single byte of the detail that still reads as JSON", () => {
    fc.assert(
      fc.property(aChain, two, fc.nat(), (chain, [which, at], bit) => {
        const index = which % chain.length;
        const before = JSON.stringify(chain[index]?.detail);
        const after = flipped(before, at, bit);
        let detail: unknown;
        try {
          detail = JSON.parse(after);
        } catch {
          return;
        }
        fc.pre(JSON.stringify(detail) !== before);
        const touched = chain.map((one, place) => (place === index ? { ...one, detail } : one));
        expect(named(verifyChain("bio", touched))).toEqual([index + 1, index + 1]);
      }),
      { numRuns: 1000 },
    );
  });

  test("any row deleted: inside by the gap, at the end by the last checkpoint", () => {
    fc.assert(
      fc.property(aChain, fc.nat(), (chain, which) => {
        const gone = chain[which % chain.length];
        const left = chain.filter((one) => one !== gone);
        const anchors = chain.slice(-1).map((one) => anchorOf(one));
        const position = positionOf(gone);
        expect(verifyChain("bio", left, anchors)).toEqual([{ kind: "missing", position, until: position, by: "bio" }]);
      }),
    );
  });

  test("any two swapped, by place or by content", () => {
    fc.assert(
      fc.property(aChain, two, fc.boolean(), (chain, [one, other], withHash) => {
        const [first, second] = [chain[one % chain.length], chain[other % chain.length]];
        if (!first || !second || first === second) return;
        const swapped = chain.map((entry) => exchanged(entry, first, second, withHash));
        const places = named(verifyChain("bio", swapped));
        expect(places).toContain(positionOf(first));
        expect(places).toContain(positionOf(second));
      }),
    );
  });

  test("a row put in between, and a place that nobody gave", () => {
    const chain = chained(["a", "b", "c"].map((id) => entryOf(id)));
    const [, b] = chain;
    const forged = { ...chained([entryOf("x")])[0], position: 2 } as ChainedEntry;
    expect(named(verifyChain("bio", [...chain.filter((one) => one !== b), forged]))).toContain(2);
    expect(named(verifyChain("bio", [...chain, { ...forged, position: 0 }]))).toContain(0);
  });

  test("a chain rewritten from some entry on, with every hash computed anew, agrees with itself and not with a checkpoint", () => {
    fc.assert(
      fc.property(aChain, fc.nat(), (chain, which) => {
        const index = which % chain.length;
        const rewritten = chained(
          chain.map((one, place) => (place === index ? { ...one, actor: `${one.actor}!` } : one)),
        );
        expect(verifyChain("bio", rewritten)).toEqual([]);
        const anchors = chain.slice(-1).map((one) => anchorOf(one, "materials"));
        const position = chain.length;
        expect(verifyChain("bio", rewritten, anchors)).toEqual([
          { kind: "rewritten", position, until: position, by: "materials" },
        ]);
      }),
    );
  });
});

const entryOf = (id: string): StoredEntry => ({
  id,
  at: "2026-01-01T00:00:00.000Z",
  actor: "operator",
  action: "agreement.revoke",
  subject: "agreement:1",
  detail: {},
});

test.each<{ place: BrokenPlace; want: string }>([
  { place: { kind: "changed", position: 3, until: 3, by: "bio" }, want: "entry 3 was changed" },
  { place: { kind: "missing", position: 3, until: 3, by: "bio" }, want: "entry 3 is missing" },
  { place: { kind: "missing", position: 3, until: 5, by: "bio" }, want: "entries 3 to 5 are missing" },
  {
    place: { kind: "rewritten", position: 3, until: 3, by: "materials" },
    want: "entry 3 is not the one that was signed (checkpoint held by materials)",
  },
  {
    place: { kind: "bad_checkpoint", position: 3, until: 3, by: "bio" },
    want: "the checkpoint of bio at entry 3 does not verify",
  },
])("a broken place reads: $want", ({ place, want }) => {
  expect(wordsFor("bio", place).en).toBe(want);
});
