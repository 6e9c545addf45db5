import type { JWK } from "jose";
import { type HubPublicKey, hubSuccession, hubSuccessionType } from "#server/protocol/key-change";
import { type DatedKey, type HubKeyUse, type HubLink, hubKeysFor, type KeyTiming } from "#server/protocol/key-rules";
import { thumbprintOf } from "#server/protocol/keys";
import { claimedIn, readSignedDocument } from "#server/protocol/signed-document";

const refusedLimit = 1000;

type Told = { warn: (facts: object, text: string) => void };
export type HubKeysPlace = { url: string; now: () => Date; timing: KeyTiming; log: Told };

/** The hub's keys as this framework may trust them: the one of its configuration, and every successor of a trusted one. */
export class HubKeys {
  readonly #place: HubKeysPlace;
  #chain: HubLink[];
  #successions: string[] = [];
  readonly #refused = new Set<string>();

  constructor(place: HubKeysPlace, first: HubPublicKey) {
    this.#place = place;
    this.#chain = [{ key: first, from: null }];
  }

  /** The keys that verify this kind of the hub's word now, newest first. */
  keysFor(use: HubKeyUse): DatedKey[] {
    return hubKeysFor(use, this.#chain, this.#place.now(), this.#place.timing);
  }

  /** The key of a token: one that may sign it, `not_now` for one that could or will, or undefined for a stranger's. */
  tokenKey(kid: string | undefined): DatedKey | "not_now" | undefined {
    const good = this.keysFor("token").find(({ key }) => (key as HubPublicKey).kid === kid);
    return good ?? (this.#chain.some(({ key }) => key.kid === kid) ? "not_now" : undefined);
  }

  /** Whose name its chain of checkpoints has here, however often the key changes. */
  get first(): HubPublicKey {
    return (this.#chain[0] as HubLink).key;
  }

  get newest(): HubPublicKey {
    return (this.#chain.at(-1) as HubLink).key;
  }

  /** What a later start needs to trust the same keys. */
  get kept(): { first: HubPublicKey; successions: string[] } {
    return { first: this.first, successions: [...this.#successions] };
  }

  /** Whether we follow this succession, or refused it. */
  hasHeard(jws: string): boolean {
    return this.#successions.includes(jws) || this.#refused.has(jws);
  }

  has(kid: string): boolean {
    return this.#chain.some(({ key }) => key.kid === kid);
  }

  /**
   * Follows the successions, oldest first, from the newest key that we know; answers whether there is a new one. One that
   * our newest key did not sign is refused.
   */
  async follow(successions: readonly string[]): Promise<boolean> {
    const ours = this.#ancestorsIn(successions);
    let isNew = false;
    for (const jws of successions) {
      if (ours.has(jws) || this.#refused.has(jws)) continue;
      const link = await this.#read(jws);
      if (!link) continue;
      this.#chain = [...this.#chain, link];
      this.#successions = [...this.#successions, jws];
      isNew = true;
      // What did not follow from the key before may follow from this one.
      this.#refused.clear();
    }
    return isNew;
  }

  /** What led to the keys that we have: known, or from before the key of our configuration. */
  #ancestorsIn(successions: readonly string[]): Set<string> {
    const known = new Set(this.#chain.map(({ key }) => key.kid));
    const found = new Set(this.#successions);
    for (const jws of [...successions].reverse()) {
      const claimed = hubSuccession.safeParse(claimedIn(jws));
      if (!claimed.success || !known.has(claimed.data.key.kid)) continue;
      known.add(claimed.data.replaces);
      found.add(jws);
    }
    return found;
  }

  async #read(jws: string): Promise<HubLink | undefined> {
    try {
      const said = hubSuccession.parse(await readSignedDocument(this.newest as JWK, hubSuccessionType, jws));
      const { kid, ...key } = said.key;
      if (said.hub !== this.#place.url || said.replaces !== this.newest.kid) throw new TypeError("another succession");
      if (kid !== (await thumbprintOf(key)) || this.has(kid)) throw new TypeError("another key");
      return { key: said.key, from: new Date(said.effectiveAt) };
    } catch (error) {
      if (this.#refused.size < refusedLimit) this.#refused.add(jws);
      this.#place.log.warn({ error: String(error) }, "a successor of the hub's key that no trusted key signed");
      return undefined;
    }
  }
}
