import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Person, until, type Where } from "./command-line";

export const samples = join(process.cwd(), "server/launch/samples");

const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));

/** Sample apps are registered after the ready line; who needs them waits here. */
export async function samplesLoaded({ home }: Where): Promise<void> {
  const apps: { dir: string; cluster: string }[] = readJson(join(samples, "apps.json"));
  const wanted = apps.map(({ dir, cluster }) => `${cluster}/${dir.split("/").at(-1)}`);
  const done = () => {
    try {
      const loaded = readJson(join(home, "samples.json"));
      return wanted.every((name) => name in loaded) || undefined;
    } catch {
      return undefined;
    }
  };
  await until("the sample apps", done, 240_000);
}

type Changes = { name?: string; durationSeconds?: number; remote?: "open" | "on-request"; from?: string; by?: Person };

/**
 * Registers and publishes one of the apps that misbehave (or the one in the folder `from`), as a provider does; answers its reference. Files that need the
 * same app register it once.
 */
export async function registerApp(where: Where, cluster: string, app: string, changes: Changes = {}): Promise<string> {
  const provider = changes.by ?? (await Person.as(where, "provider"));
  const name = changes.name ?? app;
  const reference = `${cluster}/${name}@1.0.0`;
  if ((await provider.krdc("market", "show", `${cluster}/${name}`)).code === 0) return reference;
  const folder = mkdtempSync(join(tmpdir(), "krdc-app-"));
  try {
    cpSync(changes.from ?? join(samples, "misbehaving", app), folder, { recursive: true });
    const manifest = readJson(join(folder, "krdc.app.json"));
    const { durationSeconds, remote } = changes;
    const access = { ...manifest.access, ...(remote ? { remote } : {}) };
    const resources = { ...manifest.resources, ...(durationSeconds ? { durationSeconds } : {}) };
    writeFileSync(join(folder, "krdc.app.json"), JSON.stringify({ ...manifest, name, resources, access }));
    await provider.json("app", "register", folder, "--cluster", cluster, "--wait");
    await provider.json("app", "publish", reference);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return reference;
}

/** A workflow document on disk with what matters in a story; titles are the same for all. */
export function writeWorkflow(
  folder: string,
  name: string,
  parts: { inputs?: object; steps: object; outputs?: object },
): string {
  const path = join(folder, `${name}.json`);
  const title = { ko: "이야기", en: "Story" };
  writeFileSync(path, JSON.stringify({ schema: "krdc.workflow/v1", title, inputs: {}, outputs: {}, ...parts }));
  return path;
}
