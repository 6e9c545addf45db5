import { spawn } from "node:child_process";
import { join } from "node:path";
import { waitUntil } from "#server/launch/wait-until";
import { type RunView, runView } from "#server/protocol/run-view";
import { isRunOver } from "#server/protocol/states";

/** A running home, as far as its command line needs to know it. */
export type Where = { home: string; port: number };
export type Said = { code: number | null; out: string; bytes: Buffer; err: string };

/** `npm run krdc` without npm's own half second. */
export function krdc(where: Where, words: string[], token?: string, onOutput?: (text: string) => void): Promise<Said> {
  const program = [join(process.cwd(), "server/launch/bootstrap.js"), "krdc", ...words];
  const env = { ...ownEnvironment(where), INIT_CWD: process.cwd(), ...(token ? { KRDC_TOKEN: token } : {}) };
  return run(process.execPath, program, env, onOutput);
}

/** Exactly what the README tells people to type. */
export function npmRunKrdc(where: Where, words: string[], token: string): Promise<Said> {
  return run("npm", ["run", "-s", "krdc", "--", ...words], { ...ownEnvironment(where), KRDC_TOKEN: token });
}

function ownEnvironment({ home, port }: Where): NodeJS.ProcessEnv {
  const { KRDC_TOKEN: _token, KRDC_PORTAL: _portal, INIT_CWD: _cwd, ...others } = process.env;
  return { ...others, NODE_ENV: "production", LANG: "C.UTF-8", KRDC_HOME: home, PORT: String(port) };
}

function run(
  command: string,
  words: string[],
  env: NodeJS.ProcessEnv,
  onOutput?: (text: string) => void,
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { env, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk);
      onOutput?.(chunk.toString("utf8"));
    });
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      const bytes = Buffer.concat(out);
      resolve({ code, bytes, out: bytes.toString("utf8"), err: Buffer.concat(err).toString("utf8") });
    });
  });
}

type Submission = { home: string; set?: Record<string, unknown>; files?: [string, string][] };

function submitWords(file: string, { home, set = {}, files = [] }: Submission): string[] {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const sets = Object.entries(set).flatMap(([name, value]) => ["--set", `${name}=${text(value)}`]);
  const paths = files.flatMap(([name, path]) => ["--file", `${name}=${path}`]);
  return ["run", "submit", file, "--home", home, ...sets, ...paths];
}

/** Somebody with a token at the command line; what must succeed throws with what the command said when it does not. */
export class Person {
  readonly where: Where;
  readonly token: string;

  private constructor(where: Where, token: string) {
    this.where = where;
    this.token = token;
  }

  static async as(where: Where, account: string): Promise<Person> {
    const said = await krdc(where, ["token", "--as", account]);
    if (said.code !== 0) throw new Error(`no token for ${account}: ${said.err}`);
    return new Person(where, said.out.trim());
  }

  krdc(...words: string[]): Promise<Said> {
    return krdc(this.where, words, this.token);
  }

  async json<T>(...words: string[]): Promise<T> {
    const said = await this.krdc(...words, "--json");
    if (said.code !== 0) throw new Error(`krdc ${words.join(" ")}: exit ${said.code}\n${said.err}`);
    return JSON.parse(said.out) as T;
  }

  /** `file` is a path to a workflow document. */
  trySubmit(file: string, submission: Submission, ...more: string[]): Promise<Said> {
    return this.krdc(...submitWords(file, submission), "--json", ...more);
  }

  /** The command goes on waiting for the run's end while the story does something to the house. */
  submitAndWait(file: string, submission: Submission): Promise<{ id: string; ended: Promise<Said> }> {
    return new Promise((resolve, reject) => {
      const words = [...submitWords(file, submission), "--wait"];
      const ended = krdc(this.where, words, this.token, (text) => resolve({ id: text.trim(), ended }));
      ended.then((said) => reject(new Error(`no run: ${said.err}`)), reject);
    });
  }

  async submit(file: string, submission: Submission): Promise<string> {
    const said = await this.trySubmit(file, submission);
    if (said.code !== 0) throw new Error(`not submitted: ${said.err}`);
    return (JSON.parse(said.out) as { id: string }).id;
  }

  /** Undefined while the portal or the home cluster is away. */
  async look(id: string): Promise<RunView | undefined> {
    // A portal that dies may do so in the middle of its answer.
    const text = await this.get(`/api/v1/runs/${id}`)
      .then((answer) => (answer.status === 200 ? answer.text() : undefined))
      .catch(() => undefined);
    return text === undefined ? undefined : runView.parse(JSON.parse(text));
  }

  get(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}` };
    return fetch(`http://127.0.0.1:${this.where.port}${path}`, { headers, signal: AbortSignal.timeout(10_000) });
  }

  post(path: string, json: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
    const url = `http://127.0.0.1:${this.where.port}${path}`;
    return fetch(url, { method: "POST", headers, body: JSON.stringify(json), signal: AbortSignal.timeout(60_000) });
  }

  until(id: string, what: string, isSo: (view: RunView) => boolean, timeoutMs = 60_000): Promise<RunView> {
    let last: RunView | undefined;
    const ask = async () => {
      last = (await this.look(id)) ?? last;
      return last && isSo(last) ? last : undefined;
    };
    return until(what, ask, timeoutMs, () => JSON.stringify(last?.steps.map(told), null, 1));
  }

  untilOver = (id: string, timeoutMs?: number) =>
    this.until(id, "the run's end", ({ state }) => isRunOver(state), timeoutMs);
}

const told = ({ id, index, state, end, reason, attempt }: RunView["steps"][number]) => ({
  ...{ id, index, state, end, reason, attempt },
});

/** Asks until there is an answer; what never came is named, with what was seen last. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
  seen: () => unknown = () => "",
): Promise<T> {
  const answer = await waitUntil(ask, { timeoutMs, intervalMs: 50 });
  if (answer === undefined) throw new Error(`${what}: not within ${timeoutMs} ms. ${seen()}`);
  return answer;
}

/** The step of that name, or its instance. */
export function stepOf(view: RunView, id: string, index = 0): RunView["steps"][number] {
  const found = view.steps.find((step) => step.id === id && (step.index ?? 0) === index);
  if (!found) throw new Error(`the run has no step ${id}`);
  return found;
}
