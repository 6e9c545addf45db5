import type { Db } from "#server/db/connect";
import { type Receipt, receipt, receiptType } from "#server/protocol/hosted-run";
import type { PublicKey } from "#server/protocol/keys";
import { readSignedDocument } from "#server/protocol/signed-document";
import { findCluster } from "../clusters/find-cluster";
import { listReplacedKeys } from "../clusters/list-replaced-keys";

async function readBy(key: PublicKey, jws: string): Promise<Receipt | undefined> {
  const read = await readSignedDocument(key, receiptType, jws).catch(() => undefined);
  const parsed = receipt.safeParse(read);
  return parsed.success ? parsed.data : undefined;
}

/** Its own key first: the former ones are looked for only when that does not fit. */
async function readByAny(db: Db, host: string, jws: string): Promise<Receipt | undefined> {
  const key = (await findCluster(db, host))?.key;
  const found = key && (await readBy(key, jws));
  if (found) return found;
  for (const former of await listReplacedKeys(db, host)) {
    const signedBefore = await readBy(former, jws);
    if (signedBefore) return signedBefore;
  }
  return undefined;
}

/** A terminal record that this host signed with its key or a former one; undefined for anything else. */
export async function readReceipt(db: Db, host: string, jws: string): Promise<Receipt | undefined> {
  const found = await readByAny(db, host, jws);
  return found?.host === host ? found : undefined;
}
