import { isPortFree } from "./bootstrap/port.js";

/** Below the range that the kernel gives to outgoing connections, so that a kept port stays free. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

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
