import { keyChangesTold, type SignedKeyAnnouncement } from "#server/protocol/key-change";
import { installationOf } from "#server/protocol/key-rules";
import type { Cluster } from "../clusters/cluster";

type Told = { keyChanges?: SignedKeyAnnouncement[]; forbiddenKey?: string };

/** A cluster's changes of key as its peers are told of them: who was away follows all of them. */
export function toldKeysOf({ keyChange, formerKeys }: Pick<Cluster, "keyChange" | "formerKeys">): Told {
  const past = installationOf(formerKeys).flatMap(({ change }) => change ?? []);
  const isForbidden = keyChange !== null && keyChange.forbiddenBy !== null;
  const { byPresentKey = "", byNextKey = "" } = keyChange ?? {};
  const coming = keyChange && !isForbidden ? [{ byPresentKey, byNextKey }] : [];
  const keyChanges = [...past, ...coming].slice(-keyChangesTold);
  return {
    ...(keyChanges.length > 0 ? { keyChanges } : {}),
    ...(isForbidden ? { forbiddenKey: keyChange.jkt } : {}),
  };
}
