import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { KrdcError } from "#server/errors";
import { mailboxOf } from "#server/protocol/reach";

const inner = new BlockList();
const ranges: [string, number, "ipv4" | "ipv6"][] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 127, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];
for (const [net, bits, family] of ranges) inner.addSubnet(net, bits, family);

/** Whether this address lies in the open internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !inner.check(address, family === 6 ? "ipv6" : "ipv4");
}

type Resolve = (host: string) => Promise<string[]>;
const resolveAll: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

const refused = (address: string) => new KrdcError("forbidden", "gateway.address_refused", { detail: { address } });

/** What an operator of the hub allows although it is inner: exact origins, and ranges such as `10.1.0.0/16`. */
export type Allowed = { allowedOrigins: readonly string[]; allowedNetworks: readonly string[] };

function isAllowedNetwork(address: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [net = "", bits = ""] = network.split("/");
    if (isIP(net) !== 0) list.addSubnet(net, Number(bits), isIP(net) === 6 ? "ipv6" : "ipv4");
  }
  return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function callableUrl(address: string): URL {
  if (!URL.canParse(address)) throw refused(address);
  const url = new URL(address);
  const { username, password, protocol, host } = url;
  if (username || password || !/^https?:$/.test(protocol)) throw refused(`${protocol}//${host}`);
  return url;
}

export type Address = { cluster: string; gateway: string };

/**
 * Refuses an address that the hub must not call: anything inner or without TLS, unless it is allowed by name or range, and
 * every mailbox but the cluster's own.
 */
export async function mayCall(
  { cluster, gateway: address }: Address,
  { allowedOrigins, allowedNetworks }: Allowed,
  resolve: Resolve = resolveAll,
): Promise<void> {
  if (address === mailboxOf(cluster)) return;
  const url = callableUrl(address);
  if (allowedOrigins.includes(url.origin)) return;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) ? [host] : await resolve(host).catch(() => []);
  // Inside a range that was allowed on purpose the network itself is trusted, also without TLS.
  const isOurs = addresses.length > 0 && addresses.every((one) => isAllowedNetwork(one, allowedNetworks));
  if (isOurs) return;
  if (url.protocol !== "https:") throw refused(url.origin);
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) throw refused(url.origin);
}
