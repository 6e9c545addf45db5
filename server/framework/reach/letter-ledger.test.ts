import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Letter } from "#server/protocol/reach";
import { LetterLedger } from "./letter-ledger";

const answer = (inReplyTo: string, body = "") => ({
  kind: "answer" as const,
  inReplyTo,
  status: 200,
  headers: {},
  body,
});
const aLetter = (seq: number, from = "alice"): Letter => ({
  schema: "krdc.letter/v1",
  id: randomUUID(),
  from,
  to: "bob",
  seq,
  expires: new Date().toISOString(),
  content: answer(randomUUID()),
});

test("a letter that was here before, or comes after a later one, is refused; each sender counts for itself", () => {
  const ledger = new LetterLedger();
  expect([1, 5, 5, 3, 6].map((seq) => ledger.isNext(aLetter(seq)))).toEqual([true, true, false, false, true]);
  expect(ledger.isNext(aLetter(2, "carol"))).toBe(true);
});

test("numbers rise, over restarts too", () => {
  const [before, after] = [new LetterLedger(), new LetterLedger()];
  const at = new Date();
  const first = [before.nextSeq("bob", at), before.nextSeq("bob", at), before.nextSeq("bob", new Date(0))];
  expect(first).toEqual([...first].sort((one, other) => one - other));
  expect(new Set(first).size).toBe(3);
  expect(after.nextSeq("bob", new Date(at.getTime() + 1))).toBeGreaterThan(Math.max(...first));
});

test("an answer counts once, from whoever was asked and nobody else", async () => {
  const ledger = new LetterLedger();
  const id = randomUUID();
  const answered = ledger.expect(id, "alice", undefined);
  expect(ledger.settle("carol", answer(id))).toBe(false);
  expect(ledger.settle("alice", answer(randomUUID()))).toBe(false);
  expect(ledger.settle("alice", answer(id, btoa("yes")))).toBe(true);
  expect(await (await answered).text()).toBe("yes");
  expect(ledger.settle("alice", answer(id))).toBe(false);
});

test("whoever gives up waiting is told that the other was not reached", async () => {
  const patience = new AbortController();
  const answered = new LetterLedger().expect(randomUUID(), "alice", patience.signal);
  patience.abort();
  await expect(answered).rejects.toMatchObject({ reason: "peer.unreachable" });
});

test("letters to one peer leave in the order of their numbers, also after one that could not leave", async () => {
  const ledger = new LetterLedger();
  const left: number[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const posts = [
    ledger.inOrder("bob", async () => {
      await gate;
      left.push(1);
      throw new Error("the hub is away");
    }),
    ledger.inOrder("bob", async () => left.push(2)),
    ledger.inOrder("carol", async () => left.push(3)),
  ];
  await posts[2];
  open();
  await Promise.allSettled(posts);
  expect(left).toEqual([3, 1, 2]);
});
