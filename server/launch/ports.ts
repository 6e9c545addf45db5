import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

/** Below the range that the kernel gives to outgoing connections, so that a kept port stays free. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free port that is none of those given. */
export async function chooseFreePort(taken: Iterable<number>, random: () => number = Math.random): Promise<number> {
  const others = new Set(taken);
  for (;;) {
    const port = LOWEST + Math.floor(random() * (HIGHEST - LOWEST));
    if (!others.has(port) && (await isPortFree(port, "127.0.0.1"))) return port;
  }
}

export type PortChoice<Name extends string> = {
  ports: Record<Name, number>;
  moved: { name: Name; from: number; to: number }[];
};

/** Keeps every kept port that is still free and takes a new one for the rest. */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  kept: Partial<Record<Name, number>>,
): Promise<PortChoice<Name>> {
  const ports = { ...kept } as Record<Name, number>;
  const moved: PortChoice<Name>["moved"] = [];
  for (const name of names) {
    const before = kept[name];
    if (before !== undefined && (await isPortFree(before, "127.0.0.1"))) continue;
    const others = (Object.values(ports) as number[]).filter((port) => port !== undefined);
    ports[name] = await chooseFreePort(others);
    if (before !== undefined) moved.push({ name, from: before, to: ports[name] });
  }
  return { ports, moved };
}

/** "process 12 (node server.js)" for whoever listens there, or "" where this user may not see it. */
export function describePortHolder(port: number): string {
  const inodes = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => listeningInodes(readText(file), port)));
  if (inodes.size === 0) return "";
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (holdsSocket(pid, inodes)) {
      const command = readText(`/proc/${pid}/cmdline`).split("\0").join(" ").trim().slice(0, 80);
      return `process ${pid} (${command})`;
    }
  }
  return "";
}

/** Inodes of listening sockets of one port in the text of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return table
    .split("\n")
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === "0A")
    .map((fields) => fields[9] ?? "");
}

function holdsSocket(pid: string, inodes: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
    });
  } catch {
    return false;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
