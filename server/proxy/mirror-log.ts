import { ask, pause } from "./ask";

const print = (bytes: Uint8Array | string) => new Promise((resolve) => process.stdout.write(bytes, resolve));

/** Whole lines, each with its instance's mark; what is left of a line waits for its end. */
function marked(text: string, label: string): { lines: string; rest: string } {
  const end = text.lastIndexOf("\n") + 1;
  return {
    lines: text.slice(0, end).replace(/^/gm, `[${label}] `).slice(0, -`[${label}] `.length),
    rest: text.slice(end),
  };
}

/** Prints one remote log to our own output, so that whoever reads this process reads the remote app. */
export class LogMirror {
  readonly #id: string;
  readonly #label: string | null;
  readonly #decoder = new TextDecoder();
  #offset = 0;
  #rest = "";
  #isOver = false;
  #done: Promise<void> | undefined;

  constructor(id: string, label: string | null) {
    this.#id = id;
    this.#label = label;
  }

  /** Prints what comes until the attempt is over. */
  follow(): void {
    this.#done ??= this.#follow();
  }

  /** The attempt is over: prints what is left. */
  async finish(): Promise<void> {
    this.#isOver = true;
    this.follow();
    await this.#done;
  }

  async #follow(): Promise<void> {
    while (!this.#isOver) if (!(await this.#part(10))) await pause(250);
    while (await this.#part(0));
    if (this.#rest && this.#label !== null) await print(`[${this.#label}] ${this.#rest}\n`);
  }

  async #part(wait: number): Promise<boolean> {
    const response = await ask("GET", `/attempts/${this.#id}/log?offset=${this.#offset}&wait=${wait}`, wait + 60);
    if (!response.ok) return false;
    const bytes = new Uint8Array(await response.arrayBuffer());
    this.#offset += bytes.length;
    if (bytes.length > 0) await this.#print(bytes);
    return bytes.length > 0;
  }

  async #print(bytes: Uint8Array): Promise<void> {
    if (this.#label === null) return void (await print(bytes));
    const { lines, rest } = marked(this.#rest + this.#decoder.decode(bytes, { stream: true }), this.#label);
    this.#rest = rest;
    if (lines) await print(lines);
  }
}
