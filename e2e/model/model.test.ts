import { describe, expect, test } from "vitest";
import { numbersOf, orderlyNet, wildNet } from "./net.build";
import { scenarios } from "./scenario.build";
import { tell } from "./world.build";

const seeds = 1000;

describe("however messages are tripled, lost and shuffled, both sides come to the same end, and each attempt to at most one start", () => {
  test.each(scenarios)("$name -> $ends", (scenario) => {
    const orderly = tell(scenario, orderlyNet());
    const outcomes = orderly.ending.host.map((line) => line.split(" ")[2]);
    expect(`${orderly.ending.step.state}: ${outcomes.join(" ")}`).toBe(scenario.ends);
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { ending, starts } = tell(scenario, wildNet(numbersOf(seed)));
      expect({ seed, ...ending }).toEqual({ seed, ...orderly.ending });
      expect({ seed, again: starts.filter((count) => count > 1) }).toEqual({ seed, again: [] });
    }
  });
});
