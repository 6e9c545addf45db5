import { expect, test } from "vitest";
import { findOwner, ownerIn } from "./owner";

const passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\npostgres:x:101:104::/var/lib:/bin/sh\n";

test.each([
  { names: ["postgres", "nobody"], want: { uid: 101, gid: 104 } },
  { names: ["krdc-postgres", "nobody"], want: { uid: 65_534, gid: 65_534 } },
  { names: ["krdc-postgres"], want: undefined },
])("of $names the first that this machine knows runs Postgres", ({ names, want }) => {
  expect(ownerIn(passwd, names)).toEqual(want);
});

test("an ordinary user runs Postgres itself", () => {
  expect(findOwner(1000)).toBeUndefined();
});
