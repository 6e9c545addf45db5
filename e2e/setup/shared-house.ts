import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findChromium } from "../../server/launch/bootstrap/checking/chromium.js";
import { demoPassword, newPlace, removePlace, startHouse } from "./house";

declare module "vitest" {
  interface ProvidedContext {
    /** The running home that the stories share. */
    house: { url: string; home: string; port: number; password: string };
    /** Empty where this machine has no browser: stories of the screen are skipped then. */
    chromium: string;
  }
}

/** One `npm start` for all stories that do not kill anything. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const place = await newPlace();
  const failpoints = join(place.home, "failpoints");
  mkdirSync(failpoints, { recursive: true });
  const house = await startHouse(place, { KRDC_TEST: "on", KRDC_FAILPOINTS: failpoints });
  project.provide("house", { url: house.url, home: place.home, port: place.port, password: demoPassword(place) });
  project.provide("chromium", findChromium(process.env) ?? "");
  const killAll = () => removePlace(place);
  process.on("exit", killAll);
  return async () => {
    await house.end();
    process.off("exit", killAll);
    removePlace(place);
  };
}
