/** How old the hub's word about narrowed permissions is, on this process's own monotonic clock. */
export class Freshness {
  #confirmedAt = performance.now();
  #isKnown = false;

  /** The hub answered a question that was asked at this moment. */
  confirm(askedAt: number): void {
    if (this.#isKnown && askedAt < this.#confirmedAt) return;
    this.#confirmedAt = askedAt;
    this.#isKnown = true;
  }

  /** Whether any word was heard in the life of this process. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Since the last answer's question, or since this process began if there was none. */
  ageMs(): number {
    return performance.now() - this.#confirmedAt;
  }

  /** Whether something may be started on the strength of it. */
  isFresh(freshMs: number): boolean {
    return this.#isKnown && this.ageMs() <= freshMs;
  }
}
