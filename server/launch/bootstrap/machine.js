import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdirSync, readFileSync, statfsSync } from "node:fs";
import { Refusal, words } from "./words.js";

const MB = 1024 * 1024;

/** @param {string} version such as 20.19.0 */
export function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

export function checkNodeAndSystem() {
  if (!isNodeNewEnough(process.versions.node)) throw new Refusal(words.node(process.versions.node));
  if (process.platform !== "linux") throw new Refusal(words.linux(process.platform));
}

export function checkPython() {
  const probe = [
    "import importlib.util as u, sys",
    "print('.'.join(map(str, sys.version_info[:2])), *[m for m in ('venv', 'ensurepip') if u.find_spec(m) is None])",
  ].join("\n");
  let answer;
  try {
    answer = execFileSync("python3", ["-c", probe], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    throw new Refusal(words.noPython());
  }
  const [version = "", missing] = answer.trim().split(" ");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 3 || (major === 3 && minor < 9)) throw new Refusal(words.oldPython(version));
  if (missing) throw new Refusal(words.noVenv(missing));
}

/**
 * @param {string} folder made when it is not there
 * @param {number} needMb
 */
export function checkDisk(folder, needMb) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new Refusal(words.notWritable(folder));
  }
  const { bavail, bsize } = statfsSync(folder);
  const haveMb = Math.floor((bavail * bsize) / MB);
  if (haveMb < needMb) throw new Refusal(words.disk(folder, haveMb, needMb));
}

/**
 * Memory that a build may still take: what the machine has free, or what is left under the container's limit.
 * @param {(file: string) => string} [read]
 * @returns {number} MB
 */
export function freeMemoryMb(read = (file) => readFileSync(file, "utf8")) {
  const tryRead = (file) => {
    try {
      return read(file);
    } catch {
      return "";
    }
  };
  const available = Number(/MemAvailable:\s+(\d+) kB/.exec(tryRead("/proc/meminfo"))?.[1] ?? 0) / 1024;
  const limit = Number.parseInt(tryRead("/sys/fs/cgroup/memory.max"), 10);
  const used = Number.parseInt(tryRead("/sys/fs/cgroup/memory.current"), 10);
  const left = Number.isFinite(limit) && Number.isFinite(used) ? (limit - used) / MB : Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(available, left));
}

/**
 * Node's heap limit for a build on a machine with little memory; undefined where there is enough.
 * @param {number} freeMb
 */
export function buildHeapMb(freeMb) {
  return freeMb >= 1500 ? undefined : Math.max(512, Math.floor(freeMb * 0.7));
}
