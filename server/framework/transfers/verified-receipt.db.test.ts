import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Receipt, receipt, receiptType } from "#server/protocol/hosted-run";
import { makeSigningKey, publicPart } from "#server/protocol/keys";
import { readSignedDocument, signDocument } from "#server/protocol/signed-document";
import { listRemoteAttempts } from "../exchange/find-remote-attempt";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { agree, publish, submitAndEnd } from "../portal.build";
import { packJoin } from "../programs.build";
import { verifiedReceipt } from "./verified-receipt";

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let row: RemoteAttempt;
let honest: Receipt;

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"));
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  const app = await publish(host, await packJoin());
  const agreement = await agree(host, app.name);
  const { id } = await submitAndEnd(home, { steps: { only: { app, agreement, with: { word: "honest" } } } });
  const [found] = await listRemoteAttempts(home.ctx, id);
  if (!found?.receipt) throw new Error("the attempt has no receipt");
  row = found;
  honest = receipt.parse(await readSignedDocument(publicPart(host.key), receiptType, found.receipt));
});

afterAll(async () => {
  await home.drop();
  await host.drop();
  await hub.close();
});

const signed = async (document: unknown, key = host.key) => ({
  ...row,
  receipt: await signDocument(key, receiptType, document),
});

test("a host's word about what was asked of it is taken", async () => {
  expect(await verifiedReceipt(home.ctx, await signed(honest))).toEqual(honest);
});

const otherHash = "f".repeat(64);

test.each<{ given: string; lie: Partial<Receipt> }>([
  { given: "another app", lie: { digest: `sha256:${otherHash}` } },
  { given: "other parameters", lie: { parametersHash: otherHash } },
  { given: "other inputs", lie: { inputsHash: otherHash } },
  { given: "another step run", lie: { runKey: otherHash } },
  { given: "another attempt", lie: { attempt: 2 } },
  { given: "another host", lie: { host: "elsewhere" } },
  { given: "a log that is longer than any may be", lie: { logBytes: 2 ** 40 } },
])("the host's own word about $given is no result of ours", async ({ lie }) => {
  await expect(verifiedReceipt(home.ctx, await signed({ ...honest, ...lie }))).rejects.toMatchObject({
    reason: "results.bad_receipt",
  });
});

test("T16: nor is anybody's word that the host did not sign, nor none at all", async () => {
  const forged = await signed(honest, await makeSigningKey());
  await expect(verifiedReceipt(home.ctx, forged)).rejects.toMatchObject({ reason: "signature.invalid" });
  await expect(verifiedReceipt(home.ctx, { ...row, receipt: null })).rejects.toMatchObject({
    reason: "results.no_receipt",
  });
});
