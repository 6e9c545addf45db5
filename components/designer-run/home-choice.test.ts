import { describe, expect, test } from "vitest";
import { aStep, aWorkflow, CLEAN, PLOT, someApps } from "../document/document.build";
import { homeWithFewestRemote, NO_MEMORY, remember } from "./home-choice";

describe("the home that is offered first", () => {
  const mixed = aWorkflow({ steps: { a: aStep(CLEAN), b: aStep(CLEAN), c: aStep("bio/other@1.0.0") } });
  const empty = aWorkflow({});
  test.each([
    { given: "two of three steps live at materials", workflow: mixed, last: "bio", want: "materials" },
    { given: "no step decides, bio was chosen last", workflow: empty, last: "bio", want: "bio" },
    { given: "no step decides, nothing was chosen", workflow: empty, last: undefined, want: "materials" },
  ])("$given -> $want", ({ workflow, last, want }) => {
    expect(homeWithFewestRemote(workflow, someApps, ["materials", "bio"], last)).toBe(want);
  });

  test("without an active cluster there is none", () => {
    expect(homeWithFewestRemote(aWorkflow({ steps: { a: aStep(PLOT) } }), someApps, [], "bio")).toBeUndefined();
  });
});

test("a choice is remembered for its workflow, and only so many are", () => {
  let memory = remember(NO_MEMORY, "first", "bio");
  for (let at = 0; at < 60; at += 1) memory = remember(memory, `w${at}`, "materials");
  expect(memory.last).toBe("materials");
  expect([memory.byWorkflow.w59, memory.byWorkflow.first]).toEqual(["materials", undefined]);
});
