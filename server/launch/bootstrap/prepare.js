import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildBundles, bundlesFolder, touchBuild } from "./bundles.js";
import { installPackages, isInstalled } from "./install.js";
import { waitForLock } from "./lock.js";
import { checkDisk, checkNodeAndSystem, checkPython } from "./machine.js";
import { describePortHolder, isPortFree } from "./port.js";
import { buildPortal, hasPortal, portalFolder } from "./portal.js";
import { portTaken, Refusal, words } from "./words.js";

/**
 * Everything between a fresh clone and programs that can run, under one lock per checkout.
 * @param {{ root: string, home: string, port?: { number: number, host: string }, isDevelopment?: boolean, progress: ReturnType<typeof import("./progress.js").createProgress> }} where
 * @returns {Promise<{ bundles: string, portal: string | undefined }>}
 */
export async function prepareAll({ root, home, port, isDevelopment = false, progress }) {
  await progress.step(["Checking this machine", "이 컴퓨터 확인"], () => checkMachine(root, home, port));
  return underLock(root, progress.note, async () => {
    await progress.step(["Packages", "패키지"], () => (isInstalled(root) ? undefined : installPackages(root)));
    const bundles = await progress.step(["Services", "서비스"], () => ensureBundles(root, progress.note));
    const portal = isDevelopment
      ? undefined
      : await progress.step(["Portal", "포털"], () => ensurePortal(root, progress.note));
    return { bundles, portal };
  });
}

/**
 * For the command line: no word and no lock unless something is missing.
 * @param {{ root: string, note: (words: [string, string]) => void }} where
 */
export async function prepareBundles({ root, note }) {
  checkNodeAndSystem();
  if (isInstalled(root)) {
    const folder = bundlesFolder(root);
    if (existsSync(folder)) return folder;
  }
  return underLock(root, note, async () => {
    if (!isInstalled(root)) await installPackages(root);
    return ensureBundles(root, note);
  });
}

async function checkMachine(root, home, port) {
  checkNodeAndSystem();
  checkPython();
  if (!isInstalled(root)) checkDisk(root, 3000);
  checkDisk(home, 500);
  // A home that was used before may find its own survivors there, which the launcher ends.
  if (!port || existsSync(join(home, "processes.json"))) return;
  if (!(await isPortFree(port.number, port.host))) {
    throw new Refusal(portTaken(port.number, describePortHolder(port.number)));
  }
}

async function underLock(root, note, work) {
  const release = await waitForLock(join(root, ".build/lock"), ({ pid }) => note(words.waiting(pid)));
  try {
    return await work();
  } finally {
    release();
  }
}

async function ensureBundles(root, note) {
  const folder = bundlesFolder(root);
  if (existsSync(folder)) touchBuild(folder);
  else await buildBundles(root, folder, note);
  return folder;
}

async function ensurePortal(root, note) {
  if (!hasPortal(root)) {
    note(words.entryMissing("next.config.js"));
    return undefined;
  }
  const folder = portalFolder(root);
  if (existsSync(folder)) touchBuild(folder);
  else await buildPortal(root, folder, note);
  return folder;
}
