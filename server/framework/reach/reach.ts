import { certifyEncryptionKey } from "#server/protocol/encryption-certificate";
import type { PrivateKey } from "#server/protocol/keys";
import { isMailbox } from "#server/protocol/reach";
import { WaitingCalls } from "#server/protocol/waiting-calls";
import { LetterLedger } from "./letter-ledger";

/** A proof lives for 25 s: a call that is taken later would be refused. */
const patience = { takenMs: 15_000, silentMs: 120_000 };

/** What this process holds for peers that it cannot dial, or that cannot dial it. */
export class Reach {
  readonly calls = new WaitingCalls(patience);
  readonly letters = new LetterLedger();
  readonly encryptionKey: PrivateKey;
  #certified: { by: PrivateKey; certificate: Promise<string> } | undefined;

  constructor(encryptionKey: PrivateKey) {
    this.encryptionKey = encryptionKey;
  }

  /** Made once for each identity key, so that those who keep it see no change where there is none. */
  certificate(key: PrivateKey, { name, url }: { name: string; url: string }, now: Date): Promise<string> {
    if (this.#certified?.by.x !== key.x) {
      const about = { cluster: name, ...(isMailbox(url) ? { gateway: url } : {}) };
      this.#certified = { by: key, certificate: certifyEncryptionKey(key, about, this.encryptionKey, now) };
    }
    return this.#certified.certificate;
  }
}
