import { EventEmitter } from "node:events";
import pg from "pg";
import { log } from "#server/log";

/**
 * Hands on Postgres notifications by channel; when the connection breaks it connects again and emits `*`, because
 * anything may have been missed meanwhile.
 */
export class Listener extends EventEmitter {
  readonly #url: string;
  readonly #channels: readonly string[];
  #client: pg.Client | undefined;
  #stopped = false;

  constructor(url: string, channels: readonly string[]) {
    super();
    this.#url = url;
    this.#channels = channels;
    this.setMaxListeners(0);
  }

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true });
    client.on("error", (error) => this.#lost(client, error));
    client.on("end", () => this.#lost(client, new Error("the connection ended")));
    client.on("notification", (message) => this.emit(message.channel, message.payload ?? ""));
    try {
      await client.connect();
      for (const channel of this.#channels) await client.query(`LISTEN ${channel}`);
      this.#client = client;
      this.emit("*");
    } catch (error) {
      this.#lost(client, error);
    }
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#stopped || (this.#client !== undefined && this.#client !== client)) return;
    this.#client = undefined;
    client.removeAllListeners();
    client.on("error", () => undefined);
    client.end().catch(() => undefined);
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      "notifications stopped, connecting again",
    );
    setTimeout(() => this.#stopped || this.start(), 500).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#client?.end().catch(() => undefined);
  }
}
