// How often a server that ended by itself is started again: not for ever.

/** Counts crashes within a stretch of time. */
export class CrashLimit {
  readonly #times: number[] = [];
  readonly #most: number;
  readonly #within: number;

  /**
   * @param most how many crashes are forgiven.
   * @param within milliseconds after which a crash is forgotten.
   */
  constructor(most: number, within: number) {
    this.#most = most;
    this.#within = within;
  }

  /** Note a crash at a time in milliseconds; whether to start again. */
  forgives(now: number): boolean {
    this.#times.push(now);
    while (this.#times[0] !== undefined && now - this.#times[0] > this.#within) {
      this.#times.shift();
    }
    return this.#times.length <= this.#most;
  }

  /** Forget all of them: a person starts anew. */
  reset(): void {
    this.#times.length = 0;
  }
}
