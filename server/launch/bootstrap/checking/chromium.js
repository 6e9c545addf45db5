import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "../run-command.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * @param {Record<string, string | undefined>} env
 * @returns {string | undefined}
 */
export function findChromium(env) {
  const folders = ["/usr/bin", ...(env.PATH ?? "").split(delimiter).filter(Boolean)];
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [env.KRDC_CHROMIUM, ...candidates].find((path) => path && isProgram(path));
}

/**
 * Where root may install packages, a browser that is not there is installed from the system's own archive.
 * @param {{ root: string, write: (line: string) => void }} where
 * @returns {Promise<string | undefined>}
 */
export async function ensureChromium({ root, write }) {
  const found = findChromium(process.env);
  if (found || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return found;
  write("Installing Chromium with apt-get · apt-get으로 Chromium 설치 …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await runCommand("apt-get", ["update"], { cwd: root, env });
  const install = ["install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"];
  const { code, tail } = await runCommand("apt-get", install, { cwd: root, env });
  if (code !== 0) write(tail);
  return findChromium(process.env);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
