import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("./supervisor.py", import.meta.url));
const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();

type Spec = {
  command?: string[];
  cwd?: string;
  environment?: Record<string, string>;
  limits?: Record<string, number | null>;
  graceSeconds?: number;
  recordRetrySeconds?: number;
};

/** Each live process of the app is one open connection: its closing is the proof of death, without polling. */
const attend = `
import os, signal, socket, sys, time
def attend(name):
    line = socket.socket(socket.AF_UNIX); line.connect(os.environ["ATTEND"]); line.sendall((name + "\\n").encode())
    return line
`;

let folder: string;
let task: string;
let server: Server;
let attending: Map<string, Socket>;
let supervisors: ChildProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "krdc 감독 "));
  task = join(folder, "task");
  mkdirSync(task);
  attending = new Map();
  supervisors = [];
  server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (name) => {
      attending.set(String(name).trim(), socket);
      server.emit("attending");
    });
  });
  server.listen(join(folder, "attend"));
  await once(server, "listening");
});

afterEach(async () => {
  for (const supervisor of supervisors) if (supervisor.exitCode === null) supervisor.kill("SIGTERM");
  for (const socket of attending.values()) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function given(spec: Spec) {
  const whole = {
    name: "step-1",
    command: ["/bin/true"],
    cwd: folder,
    environment: { PATH: "/usr/local/bin:/usr/bin:/bin", ATTEND: join(folder, "attend") },
    limits: { durationSeconds: 60, logBytes: 100_000, memoryBytes: null, fileBytes: null, processes: null },
    graceSeconds: 5,
    endsDir: join(folder, "ends"),
  };
  writeFileSync(
    join(task, "spec.json"),
    JSON.stringify({ ...whole, ...spec, limits: { ...whole.limits, ...spec.limits } }),
  );
}

function supervise() {
  const supervisor = spawn(python, ["-S", "-E", program, task], { detached: true, stdio: "ignore" });
  supervisors.push(supervisor);
  return { process: supervisor, ended: once(supervisor, "exit").then(([code]) => code as number | null) };
}

const python3 = (body: string) => [python, "-c", attend + body];
const file = (name: string) => join(task, name);
const read = (name: string) => readFileSync(file(name), "utf8");
const exit = () => JSON.parse(read("exit.json"));

/** Resolves once `path` exists and holds `text`, woken by changes of its folder. */
async function untilFile(path: string, text = "") {
  const holds = () => existsSync(path) && readFileSync(path, "utf8").includes(text);
  if (holds()) return;
  await new Promise<void>((resolve) => {
    const watcher = watch(join(path, ".."), () => {
      if (!holds()) return;
      watcher.close();
      resolve();
    });
    if (!holds()) return;
    watcher.close();
    resolve();
  });
}

async function untilAttending(...names: string[]) {
  while (!names.every((name) => attending.has(name))) await once(server, "attending");
}

async function untilDead(name: string) {
  const socket = attending.get(name);
  if (!socket) throw new Error(`${name} never lived`);
  if (!socket.closed) await once(socket, "close");
}

async function run(spec: Spec) {
  given(spec);
  expect(await supervise().ended).toBe(0);
  return exit();
}

describe("an app that ends by itself", () => {
  it.each([
    { how: "with success", command: ["sh", "-c", "echo 끝"], want: { exitCode: 0, signal: null } },
    { how: "with a failure", command: ["sh", "-c", "exit 3"], want: { exitCode: 3, signal: null } },
    { how: "by a signal", command: ["sh", "-c", "kill -SEGV $$"], want: { exitCode: null, signal: "SIGSEGV" } },
  ])("is recorded $how", async ({ command, want }) => {
    expect(await run({ command })).toMatchObject({ outcome: "EXITED", stopReason: null, logDropped: 0, ...want });
    expect(readdirSync(join(folder, "ends"))).toEqual(["step-1"]);
    expect(JSON.parse(read("running"))).toEqual({
      pid: expect.any(Number),
      startTicks: expect.any(Number),
      startedAt: exit().startedAt,
    });
    expect(JSON.parse(read("started"))).toMatchObject({ pid: expect.any(Number), startTicks: expect.any(Number) });
  });

  it("leaves no process behind, even one that left its session and ignores SIGTERM", async () => {
    const body = `
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for name in ("child", "stray"):
    if os.fork() == 0:
        if name == "stray":
            os.setsid()
            if os.fork(): os._exit(0)
        line = attend(name)
        time.sleep(1000)
attend("main").recv(1)
`;
    given({ command: python3(body) });
    const { ended } = supervise();
    await untilAttending("main", "child", "stray");
    attending.get("main")?.write("x");
    await Promise.all([untilDead("child"), untilDead("stray")]);
    expect(await ended).toBe(0);
    expect(exit()).toMatchObject({ outcome: "EXITED", exitCode: 0 });
  });

  it("reports what it used", async () => {
    const { usage } = await run({ command: python3("x = bytearray(64 << 20); sum(range(3_000_000))") });
    expect(usage.cpuSeconds).toBeGreaterThan(0.01);
    expect(usage.maxRssBytes).toBeGreaterThan(64 << 20);
  });
});

describe("what the app is given", () => {
  it("is its arguments untouched: Korean, spaces, quotes, newlines, empty", async () => {
    const given = ["가 나다", `"따옴표"`, "it's", "a\nb", "", "$HOME", "\\", "*"];
    await run({ command: [python, "-c", "import sys, json; print(json.dumps(sys.argv[1:]))", ...given] });
    expect(JSON.parse(read("log"))).toEqual(given);
  });

  it("is the environment of its spec, the task's own mark, and nothing else", async () => {
    await run({ command: ["/usr/bin/env"], environment: { PATH: "/usr/bin", 이름: "값 하나" } });
    expect(read("log").trim().split("\n").sort()).toEqual(
      ["PATH=/usr/bin", "이름=값 하나", `KRDC_TASK=${task}`].sort(),
    );
  });

  it("is its working folder, an empty standard input and both outputs in one log", async () => {
    await run({ command: ["sh", "-c", "pwd; cat; echo err >&2; echo out"] });
    expect(read("log")).toBe(`${folder}\nerr\nout\n`);
  });
});

describe("one start", () => {
  const journal = () => readFileSync(join(folder, "journal"), "utf8");
  const counting = ["sh", "-c", "echo started >> journal"];

  it("is all that five supervisors at once make of one task", async () => {
    given({ command: counting });
    const codes = await Promise.all([1, 2, 3, 4, 5].map(() => supervise().ended));
    expect(codes.every((code) => code === 0 || code === 3)).toBe(true);
    expect(journal()).toBe("started\n");
    expect(exit()).toMatchObject({ outcome: "EXITED", exitCode: 0 });
  });

  it("is refused to a second supervisor while the first one lives", async () => {
    given({ command: python3(`attend("main").recv(1)`) });
    const first = supervise();
    await untilAttending("main");
    expect(await supervise().ended).toBe(3);
    attending.get("main")?.write("x");
    expect(await first.ended).toBe(0);
  });

  it("is never repeated: a later supervisor only repeats the marker", async () => {
    await run({ command: counting });
    const before = read("exit.json");
    rmSync(join(folder, "ends", "step-1"));
    expect(await supervise().ended).toBe(0);
    expect([journal(), read("exit.json")]).toEqual(["started\n", before]);
    expect(readdirSync(join(folder, "ends"))).toEqual(["step-1"]);
  });

  it("is lost with a killed supervisor: the app dies with it, what outlived it is ended, nothing starts again", async () => {
    const body = `
if os.fork() == 0:
    os.setsid(); line = attend("stray"); time.sleep(1000)
open("journal", "a").write("started\\n"); attend("main").recv(1)
`;
    given({ command: python3(body) });
    const first = supervise();
    await untilAttending("main", "stray");
    first.process.kill("SIGKILL");
    await untilDead("main");
    expect(await supervise().ended).toBe(0);
    await untilDead("stray");
    expect(exit()).toMatchObject({ outcome: "LOST", exitCode: null, startedAt: JSON.parse(read("running")).startedAt });
    expect(journal()).toBe("started\n");
    expect(readdirSync(join(folder, "ends"))).toEqual(["step-1"]);
  });
});

describe("ending an app", () => {
  const patient = (name = "main") => python3(`attend("${name}").recv(1)`);
  const stubborn = python3(`
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid(); line = attend("stray"); time.sleep(1000)
attend("main").recv(1)
`);

  it.each([
    { by: "a stop file with a reason", file: "REVOKED", want: "REVOKED" },
    { by: "an empty stop file", file: "", want: "CANCELLED" },
    { by: "SIGTERM to its supervisor", file: null, want: "INTERRUPTED" },
  ])("by $by is recorded as $want", async ({ file: reason, want }) => {
    given({ command: patient() });
    const { process, ended } = supervise();
    await untilAttending("main");
    if (reason === null) process.kill("SIGTERM");
    else writeFileSync(file("stop"), reason);
    expect(await ended).toBe(0);
    expect(exit()).toMatchObject({ outcome: "STOPPED", stopReason: want, signal: "SIGTERM" });
  });

  it("lets it finish within its grace and keeps its exit code", async () => {
    const body = `
def last(*_):
    print("saved", flush=True); sys.exit(7)
signal.signal(signal.SIGTERM, last)
attend("main").recv(1)
`;
    given({ command: python3(body) });
    const { ended } = supervise();
    await untilAttending("main");
    writeFileSync(file("stop"), "CANCELLED");
    expect(await ended).toBe(0);
    expect(exit()).toMatchObject({ outcome: "STOPPED", exitCode: 7 });
    expect(read("log")).toBe("saved\n");
  });

  it("kills it and its stray grandchildren when the grace is over", async () => {
    given({ command: stubborn, graceSeconds: 0.2 });
    const { ended } = supervise();
    await untilAttending("main", "stray");
    writeFileSync(file("stop"), "CANCELLED");
    await Promise.all([untilDead("main"), untilDead("stray")]);
    expect(await ended).toBe(0);
    expect(exit()).toMatchObject({ outcome: "STOPPED", signal: "SIGKILL" });
  });

  it("happens at its deadline", async () => {
    const end = await run({ command: stubborn, limits: { durationSeconds: 0.5 }, graceSeconds: 0.1 });
    expect(end).toMatchObject({ outcome: "DEADLINE", stopReason: null, signal: "SIGKILL" });
  });

  it("is not delayed by a flood of output", async () => {
    given({ command: ["yes"], graceSeconds: 0.1 });
    const { ended } = supervise();
    await untilFile(file("running"));
    writeFileSync(file("stop"), "CANCELLED");
    expect(await ended).toBe(0);
    expect(exit()).toMatchObject({ outcome: "STOPPED", signal: "SIGTERM" });
  });

  it("before it began means that it never begins", async () => {
    writeFileSync(file("stop"), "CANCELLED");
    expect(await run({ command: ["touch", "journal"] })).toMatchObject({ outcome: "STOPPED", startedAt: null });
    rmSync(file("stop"));
    expect(await supervise().ended).toBe(0);
    expect(existsSync(join(folder, "journal"))).toBe(false);
  });
});

describe("the log", () => {
  it("can be followed while the app runs", async () => {
    given({ command: python3(`print("half", end="", flush=True); attend("main").recv(1)`) });
    const { ended } = supervise();
    await untilFile(file("log"), "half");
    expect(existsSync(file("exit.json"))).toBe(false);
    await untilAttending("main");
    attending.get("main")?.write("x");
    expect(await ended).toBe(0);
  });

  it("keeps the first bytes of 50 MB, says so in both languages and counts the rest", async () => {
    const end = await run({ command: ["sh", "-c", "yes 가나다라 | head -c 52428800"], limits: { logBytes: 999 } });
    expect(end).toMatchObject({ outcome: "EXITED", exitCode: 0, logBytes: 997, logDropped: 52_428_800 - 997 });
    const text = read("log");
    expect(Buffer.byteLength(text)).toBeLessThan(1_300);
    expect(text).not.toContain("\uFFFD");
    expect(text.match(/로그 상한 999바이트.*limit of 999 bytes/g)).toHaveLength(1);
  });

  it("on a full disk is dropped and counted, and the app goes on", async () => {
    symlinkSync("/dev/full", file("log"));
    expect(await run({ command: ["sh", "-c", "echo 12345; exit 4"] })).toMatchObject({
      exitCode: 4,
      logBytes: 0,
      logDropped: 6,
    });
  });
});

describe("a command that cannot run", () => {
  it.each([
    { why: "is not there", spec: { command: ["no-such-program"] }, want: "exec: ENOENT" },
    { why: "may not be executed", spec: { command: ["/dev/null"] }, want: "exec: EACCES" },
    { why: "has no working folder", spec: { cwd: "/no/such/folder" }, want: "cwd: ENOENT" },
  ])("because it $why is recorded as not started", async ({ spec, want }) => {
    const end = await run(spec);
    expect(end).toMatchObject({ outcome: "NOT_STARTED", exitCode: null, startedAt: null });
    expect(end.error).toContain(want);
    expect(readdirSync(join(folder, "ends"))).toEqual(["step-1"]);
  });

  it.each(["", "{", `{"name":"../up"}`, `{"name":"a","command":"rm -rf"}`])(
    "because its spec is %j says so",
    async (spec) => {
      writeFileSync(file("spec.json"), spec);
      expect(await supervise().ended).toBe(2);
      expect(exit()).toMatchObject({ outcome: "NOT_STARTED", error: expect.stringMatching(/^spec: /) });
    },
  );
});

describe("limits and faults", () => {
  it.each([
    {
      of: "files",
      limits: { fileBytes: 4096 },
      body: `open("big", "wb").write(bytes(1 << 20))`,
      want: "File too large",
    },
    { of: "memory", limits: { memoryBytes: 256 << 20 }, body: "bytearray(1 << 30)", want: "MemoryError" },
  ])("of $of reach the app as its own error", async ({ limits, body, want }) => {
    const end = await run({ command: python3(body), limits });
    expect(end).toMatchObject({ outcome: "EXITED", exitCode: 1 });
    expect(read("log")).toContain(want);
  });

  it("that keep the end from being recorded are waited out for a bounded time", async () => {
    mkdirSync(file("exit.json.tmp"));
    given({ recordRetrySeconds: 0.3 });
    expect(await supervise().ended).toBe(4);
    rmSync(file("exit.json.tmp"), { recursive: true });
    expect(await supervise().ended).toBe(0);
    expect(exit()).toMatchObject({ outcome: "LOST" });
  });
});
