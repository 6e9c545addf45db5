import { chownSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { homeDigest } from "../home-folder";
import { refuse, words } from "../words";
import { endLeftoverPostgres } from "./leftovers";
import { findOwner, type Owner } from "./owner";

export type Place = { folder: string; owner: Owner | undefined };

/**
 * Under the home for an ordinary user. For root in /var/tmp, owned by the user who runs Postgres: the home may lie
 * where that user cannot go. `kept` is what the home recorded; without it the home is new and an old folder of the
 * same name holds nothing that anybody has the passwords of.
 */
export async function openPlace(home: string, kept: string | undefined, currentUid: number): Promise<Place> {
  const owner = findOwner(currentUid);
  if (!owner) return { folder: made(join(home, "postgres")), owner };
  if (kept && lstatSync(kept, { throwIfNoEntry: false })) {
    const { uid, gid } = lstatSync(kept);
    return { folder: kept, owner: uid === 0 ? owner : { uid, gid } };
  }
  const folder = join("/var/tmp", `krdc-${homeDigest(home)}`);
  await clear(folder, owner);
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, owner.uid, owner.gid);
  return { folder, owner };
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** /var/tmp is open to everybody: what somebody else put there is not touched and not used. */
async function clear(folder: string, owner: Owner): Promise<void> {
  const there = lstatSync(folder, { throwIfNoEntry: false });
  if (!there) return;
  const isOurs = there.isDirectory() && (there.uid === 0 || there.uid === owner.uid);
  if (!isOurs) throw refuse(words.postgresFolder(folder));
  await endLeftoverPostgres(join(folder, "data"));
  rmSync(folder, { recursive: true, force: true });
}
