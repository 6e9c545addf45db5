import { expect, test } from "vitest";
import { portalDouble } from "./portal-double.build";

const double = portalDouble();
const hash = "a".repeat(64);
const good = (chain: string) => ({
  chain,
  entries: 7,
  head: { position: 7, hash },
  compared: 2,
  broken: [],
  refusal: null,
});
const answer = (...chains: object[]) => ({ json: { chains } });
const at = "GET /api/v1/audit/verification";

test("one line for each chain when all hold", async () => {
  double.handlers[at] = () => answer(good("@hub"), good("bio"));
  expect(await double.krdc(["audit", "verify"])).toEqual({
    code: 0,
    out: "chain  state  entries  head          compared\n@hub   holds  7        aaaaaaaaaaaa  2\nbio    holds  7        aaaaaaaaaaaa  2\n",
    err: "",
  });
});

test("without a token this machine's own secret opens it", async () => {
  double.handlers["POST /api/v1/local/audit-verification"] = ({ headers }) =>
    headers.authorization?.startsWith("KRDC-Local ") ? answer(good("@hub")) : { status: 401, json: { code: "no" } };
  expect((await double.krdc(["audit", "verify"], { isSignedIn: false })).code).toBe(0);
});

test("a line for each broken place and each chain that was not read, and the command fails", async () => {
  const broken = [
    { kind: "changed", position: 3, until: 3, by: "bio" },
    { kind: "missing", position: 5, until: 6, by: "bio" },
    { kind: "rewritten", position: 7, until: 7, by: "materials" },
  ];
  const silent = { ...good("materials"), entries: 0, head: null, compared: 0, refusal: "peer.unreachable" };
  double.handlers[at] = () => answer({ ...good("bio"), broken }, silent);
  const { code, out } = await double.krdc(["audit", "verify"]);
  expect(code).toBe(1);
  const lines = out.trim().split("\n");
  expect(lines.slice(1, 6)).toEqual([
    "bio        broken        7        aaaaaaaaaaaa  2",
    "materials  not verified  0        -             0",
    "bio: entry 3 was changed",
    "bio: entries 5 to 6 are missing",
    "bio: entry 7 is not the one that was signed (checkpoint held by materials)",
  ]);
  expect(lines[6]).toMatch(/^materials: .*\[peer\.unreachable\]$/);
  expect(lines).toHaveLength(7);
});

test("the same as one JSON document, and in Korean", async () => {
  const chains = [{ ...good("bio"), broken: [{ kind: "missing", position: 5, until: 5, by: "bio" }] }];
  double.handlers[at] = () => answer(...chains);
  const asJson = await double.krdc(["audit", "verify", "--json"]);
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.out)).toEqual({ chains });
  expect((await double.krdc(["audit", "verify"], { language: "ko" })).out).toContain("bio: 5번째 기록이 없습니다\n");
});
