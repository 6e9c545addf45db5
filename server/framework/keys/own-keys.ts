import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FormerKey, SignedKeyAnnouncement } from "#server/protocol/key-change";
import { type DatedKey, documentKeysOf, isChangeDue, type KeyRecord, type KeyTiming } from "#server/protocol/key-rules";
import { fingerprintOf, type PrivateKey, publicPart } from "#server/protocol/keys";
import { type Identity, type NextKey, readIdentity, writeIdentity } from "./identity-file";

export type Clockwork = { now: () => Date; timing: KeyTiming };

/** This cluster's own keys: the present one by the clock, the announced next one, and former ones. */
export class OwnKeys {
  readonly #folder: string;
  readonly #clock: Clockwork;
  #kept: Identity;
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, clock: Clockwork, kept: Identity) {
    this.#folder = folder;
    this.#clock = clock;
    this.#kept = kept;
  }

  static async open(folder: string, clock: Clockwork): Promise<OwnKeys> {
    return new OwnKeys(folder, clock, await readIdentity(folder));
  }

  get uid(): string {
    return this.#kept.uid;
  }

  get proxySecret(): string {
    return this.#kept.proxySecret;
  }

  /** The key that counts now: a change takes effect at its time, without anybody's doing. */
  get present(): { key: PrivateKey; jkt: string } {
    const { key, jkt, next } = this.#kept;
    return next && this.#isDue() ? { key: next.key, jkt: next.jkt } : { key, jkt };
  }

  /** The announced key until it has taken effect. */
  get next(): NextKey | undefined {
    return this.#kept.next ?? undefined;
  }

  /** The present key, or a former one that calls may still be bound to. */
  find(jkt: string): PrivateKey | undefined {
    const { key, jkt: kept, next, former } = this.#kept;
    if (jkt === kept) return key;
    if (jkt === next?.jkt && this.#isDue()) return next.key;
    const found = former.find((one) => one.jkt === jkt);
    return found?.d === undefined ? undefined : { ...found.key, d: found.d };
  }

  /** As others see our keys. */
  get record(): KeyRecord & { formerKeys: FormerKey[] } {
    const { key, jkt, next, former } = this.#kept;
    const isKnown = next?.isHeard === true;
    const keyChange = isKnown
      ? { ...next.signed, announcement: next.announcement, jkt: next.jkt, forbiddenBy: null }
      : null;
    return { jkt, key: publicPart(key), keyChange, formerKeys: former.map(({ d: _secret, ...rest }) => rest) };
  }

  /** What verifies documents that this cluster signed, with the present key or a former one. */
  documentKeys(): DatedKey[] {
    return documentKeysOf(this.record, this.#clock.now(), this.#clock.timing);
  }

  announce(next: NextKey): Promise<void> {
    return this.#change((kept) => ({ ...kept, next }));
  }

  /** The hub has our announcement: from its time on the next key counts. */
  heard(jkt: string): Promise<void> {
    return this.#change((kept) =>
      kept.next?.jkt === jkt && !kept.next.isHeard ? { ...kept, next: { ...kept.next, isHeard: true } } : kept,
    );
  }

  /** False when there is no such announcement, or it has taken effect. */
  async forget(jkt: string): Promise<boolean> {
    if (this.#kept.next?.jkt !== jkt || this.#isDue()) return false;
    await this.#change((kept) => (kept.next?.jkt === jkt ? { ...kept, next: null } : kept));
    return true;
  }

  /** Writes down what has taken effect, and forgets private keys that nothing is bound to any more. */
  async settle(): Promise<{ from: string; to: string; change: SignedKeyAnnouncement } | undefined> {
    const { next, jkt } = this.#kept;
    const change = next && this.#isDue() ? { from: jkt, to: next.jkt, change: next.signed } : undefined;
    if (change) await this.#change((kept) => this.#changed(kept));
    const end = this.#clock.now().getTime() - 2 * this.#clock.timing.keyOverlapMs;
    const isOver = (one: Identity["former"][number]) => one.d !== undefined && Date.parse(one.until) < end;
    if (this.#kept.former.some(isOver)) {
      await this.#change((kept) => ({
        ...kept,
        former: kept.former.map((one) => (isOver(one) ? { ...one, d: undefined } : one)),
      }));
    }
    return change;
  }

  /** Writes the fingerprint where only somebody inside the cluster reads it. */
  async writeFingerprint(): Promise<void> {
    const text = `${fingerprintOf(this.present.key).join(" · ")}\n`;
    await writeFile(join(this.#folder, "fingerprint"), text, { mode: 0o600 });
  }

  #isDue(): boolean {
    return isChangeDue(this.record, this.#clock.now());
  }

  #changed(kept: Identity): Identity {
    const { next, key, jkt } = kept;
    if (!next) return kept;
    const until = next.announcement.effectiveAt;
    const former = { jkt, key: publicPart(key), until, change: next.signed, d: key.d };
    return { ...kept, key: next.key, jkt: next.jkt, next: null, former: [...kept.former, former] };
  }

  /** One change after the other; what could not be written down did not happen. */
  #change(work: (kept: Identity) => Identity): Promise<void> {
    const done = this.#writing.then(async () => {
      const changed = work(this.#kept);
      if (changed === this.#kept) return;
      await writeIdentity(this.#folder, changed);
      this.#kept = changed;
    });
    this.#writing = done.catch(() => undefined);
    return done;
  }
}
