import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "./bootstrap/hashing.js";
import { takeLock } from "./bootstrap/lock.js";
import { refuse, words } from "./words";

const settingsFile = z.object({
  homeId: z.string().regex(/^[0-9a-f]{8}$/),
  ports: z.record(z.string(), z.number()).default({}),
  /** Where the embedded Postgres lives: not under the home when root started it. */
  postgresFolder: z.string().optional(),
  /** The portal's address of the latest start, read by the command line. */
  portalUrl: z.string().optional(),
  /** Folder of the programs of the latest start. */
  bundles: z.string().optional(),
});

type HomeSettings = z.infer<typeof settingsFile>;

export type Home = {
  folder: string;
  secret: string;
  settings: HomeSettings;
  saveSettings: (change: Partial<HomeSettings>) => void;
  release: () => void;
};

/** Everything that is kept stands in this one folder; one launcher at a time works in it. */
export function openHome(given: string): Home {
  mkdirSync(given, { recursive: true, mode: 0o700 });
  chmodSync(given, 0o700);
  const folder = realpathSync(given);
  for (const name of ["keys", "logs", "frameworks", "identity"]) {
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  }
  const lock = takeLock(join(folder, "launcher.lock"));
  if (!lock.release) throw refuse(words.alreadyRunning(folder, lock.heldBy.pid));
  const file = join(folder, "settings.json");
  const home: Home = {
    folder,
    secret: secretOf(folder),
    settings: readSettingsFile(file),
    saveSettings(change) {
      Object.assign(home.settings, change);
      writeJson(file, home.settings);
    },
    release: lock.release,
  };
  home.saveSettings({});
  return home;
}

/** Sixteen digits that name this home among those of the machine. */
export function homeDigest(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 16);
}

function readSettingsFile(file: string): HomeSettings {
  const parsed = settingsFile.safeParse(readJson(file));
  return parsed.success ? parsed.data : { homeId: randomBytes(4).toString("hex"), ports: {} };
}

function secretOf(folder: string): string {
  const file = join(folder, "secret");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
}
