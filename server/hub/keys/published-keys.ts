import type { HubPublicKey } from "#server/protocol/key-change";
import { hubKeysFor } from "#server/protocol/key-rules";
import type { AnyContext } from "../context";

const published = ({ kty, crv, x, kid }: HubPublicKey) => ({ kty, crv, x, kid, alg: "EdDSA", use: "sig" });

/** What everybody may verify with: keys whose tokens may be good now or soon, and former ones for what they signed long ago. */
export function publishedKeysOf({ hub, now }: Pick<AnyContext, "hub" | "now">) {
  const good = hubKeysFor("token", hub.chain, now(), hub.keyTiming);
  const oldest = hub.chain.findIndex(({ key }) => good.some((one) => one.key === key));
  return {
    keys: hub.chain.slice(oldest).map(({ key }) => published(key)),
    formerKeys: hub.chain.slice(0, oldest).map(({ key }) => published(key)),
    successions: [...hub.successions],
  };
}
