import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { type PrivateKey, publicKey } from "#server/protocol/keys";
import type { OperatorDoor } from "#server/protocol/operator-call";
import { listOwned, readIdentity } from "#server/protocol/owner-door";
import { clusterRows } from "./cluster";
import { CliError, type CommandCall, type Io, type OptionSpec, textOption } from "./command";

/** How a command is told which framework it speaks to, and in whose name. */
export const doorOptions: Record<string, OptionSpec> = {
  key: { type: "string" },
  url: { type: "string" },
  cluster: { type: "string" },
};
export const doorUsage = "[--cluster C] [--url GATEWAY] [--key FILE]";

/** Whether the person named the owner's door; otherwise what the portal may do goes through the portal. */
export const namesDoor = ({ options }: CommandCall) => Object.keys(doorOptions).some((name) => options[name]);

export type OwnDoor = OperatorDoor & { name: string };

const privateKey = publicKey.extend({ d: z.string() });
const homeSettings = z.object({ ports: z.record(z.string(), z.number()) });

async function readKey(file: string): Promise<PrivateKey> {
  try {
    const { kty, crv, x, y, d } = JSON.parse(await readFile(file, "utf8"));
    return privateKey.parse({ kty, crv, x, y, d });
  } catch {
    throw new CliError("owner.key_missing", { file });
  }
}

/** Operators' keys of this home, by framework. */
async function keysOfHome({ env }: Io): Promise<Map<string, PrivateKey>> {
  const folder = join(env.home, "keys");
  const files = await readdir(folder).catch(() => []);
  const keys = new Map<string, PrivateKey>();
  for (const file of files.sort()) {
    const name = /^operator-([a-z][a-z0-9-]*)\.json$/.exec(file)?.[1];
    if (name) keys.set(name, await readKey(join(folder, file)));
  }
  return keys;
}

/** Where this home's own frameworks listen: known while portal and hub are away. */
async function portsOfHome({ env }: Io): Promise<Record<string, number>> {
  try {
    return homeSettings.parse(JSON.parse(await readFile(join(env.home, "settings.json"), "utf8"))).ports;
  } catch {
    return {};
  }
}

/** Gateways as the portal lists them. */
async function gatewaysOfPortal({ portal }: CommandCall): Promise<Map<string, string>> {
  const { items } = await portal.json("GET", "/api/v1/clusters", clusterRows);
  return new Map(items.flatMap(({ name, gateway }) => (gateway ? [[name, gateway] as const] : [])));
}

const doorAt = (call: CommandCall, name: string, url: string, key: PrivateKey): OwnDoor => ({
  name,
  url: url.replace(/\/+$/, ""),
  key,
  now: call.io.now,
});

async function doorByAddress(call: CommandCall, url: string, given: PrivateKey | undefined): Promise<OwnDoor> {
  if (!/^https?:\/\/[^/]/.test(url)) throw new CliError("owner.gateway_missing");
  const { name } = await readIdentity(url.replace(/\/+$/, ""));
  const key = given ?? (await keysOfHome(call.io)).get(name);
  if (!key) throw new CliError("owner.key_missing");
  return doorAt(call, name, url, key);
}

async function doorsWithKey(call: CommandCall, key: PrivateKey, cluster: string | undefined): Promise<OwnDoor[]> {
  const listed = [...(await gatewaysOfPortal(call))].filter(([name]) => cluster === undefined || name === cluster);
  if (listed.length === 0) throw new CliError("owner.gateway_missing");
  return listed.map(([name, url]) => doorAt(call, name, url, key));
}

async function doorsOfHome(call: CommandCall, cluster: string | undefined): Promise<OwnDoor[]> {
  const keys = [...(await keysOfHome(call.io))].filter(([name]) => cluster === undefined || name === cluster);
  if (keys.length === 0) throw new CliError("owner.key_missing");
  const ports = await portsOfHome(call.io);
  const isComplete = keys.every(([name]) => ports[name] !== undefined);
  const listed = isComplete ? new Map<string, string>() : await gatewaysOfPortal(call);
  const doors = keys.flatMap(([name, key]) => {
    const port = ports[name];
    const url = port === undefined ? listed.get(name) : `http://127.0.0.1:${port}`;
    return url ? [doorAt(call, name, url, key)] : [];
  });
  if (doors.length === 0) throw new CliError("owner.gateway_missing");
  return doors;
}

/** Every owner's door that this person can open: with `--key` and `--url`, or with the keys of KRDC_HOME. A token opens none. */
export async function openOwnDoors(call: CommandCall): Promise<OwnDoor[]> {
  const file = textOption(call.options, "key");
  const key = file === undefined ? undefined : await readKey(file);
  const url = textOption(call.options, "url");
  const cluster = textOption(call.options, "cluster");
  if (url !== undefined) return [await doorByAddress(call, url, key)];
  return key ? doorsWithKey(call, key, cluster) : doorsOfHome(call, cluster);
}

/** The one of them behind which this agreement lies. */
export async function openDoorOf(call: CommandCall, id: string): Promise<OwnDoor> {
  const doors = await openOwnDoors(call);
  let refused: KrdcError | undefined;
  for (const door of doors) {
    try {
      if ((await listOwned(door)).some((row) => row.id === id)) return door;
    } catch (error) {
      if (!(error instanceof KrdcError)) throw error;
      refused = error;
    }
  }
  throw refused ?? new KrdcError("not_found", "agreement.not_found");
}

/** The one door that is meant where a command needs exactly one. */
export async function openOneDoor(call: CommandCall): Promise<OwnDoor> {
  const [door, ...others] = await openOwnDoors(call);
  if (!door || others.length > 0) throw new CliError("owner.which_cluster");
  return door;
}

/** Runs what an owner's door may refuse, and tells the refusal as the command line does. */
export async function atOwnDoor<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KrdcError) throw new CliError(error.reason, error.detail);
    throw error;
  }
}
