import { expect, test } from "vitest";
import { type Route, routeOf } from "./route";

const [dialable, mailbox] = ["https://one.example", "mailbox://one"];

test.each<{ we: string; peer: string; want: Route }>([
  { we: dialable, peer: dialable, want: "dial" },
  { we: mailbox, peer: dialable, want: "dial" },
  { we: dialable, peer: mailbox, want: "wait" },
  { we: mailbox, peer: mailbox, want: "letters" },
])("from $we to $peer: $want", ({ we, peer, want }) => {
  expect(routeOf(we, peer)).toBe(want);
});
