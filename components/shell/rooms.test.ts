import { describe, expect, test } from "vitest";
import { isOpen, roomsFor } from "./rooms";

describe("the rail shows the rooms that a person's roles open", () => {
  test.each<{ given: string; roles: string[]; want: string }>([
    { given: "a researcher", roles: ["researcher"], want: "market workflows runs agreements" },
    { given: "a provider", roles: ["researcher", "provider:bio"], want: "market workflows runs | apps agreements" },
    { given: "an operator", roles: ["operator:materials"], want: "market workflows runs | agreements | clusters" },
    { given: "the hub operator", roles: ["hub-operator"], want: "market workflows runs | agreements | clusters" },
    { given: "a role with a misleading name", roles: ["providers"], want: "market workflows runs agreements" },
  ])("$given", ({ roles, want }) => {
    expect(
      roomsFor(roles)
        .map((group) => group.rooms.join(" "))
        .join(" | "),
    ).toBe(want);
  });
});

test("a room stays marked on the pages below it, not on its neighbours", () => {
  expect([isOpen("apps", "/apps"), isOpen("apps", "/apps/new"), isOpen("apps", "/apps-old")]).toEqual([
    true,
    true,
    false,
  ]);
});
