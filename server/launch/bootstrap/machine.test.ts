import { describe, expect, test } from "vitest";
import { buildHeapMb, freeMemoryMb, isNodeNewEnough } from "./machine.js";

describe("the machine is measured before anything is installed", () => {
  test.each([
    { given: "18.20.0", want: false },
    { given: "20.18.3", want: false },
    { given: "20.19.0", want: true },
    { given: "24.1.0", want: true },
  ])("Node $given is new enough: $want", ({ given, want }) => {
    expect(isNodeNewEnough(given)).toBe(want);
  });

  test.each([
    { given: "no limit", max: "max", current: "0", want: 2000 },
    {
      given: "a container's limit below what is free",
      max: `${1024 * 2 ** 20}`,
      current: `${24 * 2 ** 20}`,
      want: 1000,
    },
    { given: "no control group at all", max: "", current: "", want: 2000 },
  ])("$given leaves $want MB", ({ max, current, want }) => {
    const files: Record<string, string> = {
      "/proc/meminfo": `MemTotal: 8192000 kB\nMemAvailable: ${2000 * 1024} kB\n`,
      "/sys/fs/cgroup/memory.max": max,
      "/sys/fs/cgroup/memory.current": current,
    };
    expect(freeMemoryMb((file) => files[file] ?? "")).toBe(want);
  });

  test.each([
    { freeMb: 4000, want: undefined },
    { freeMb: 1200, want: 840 },
    { freeMb: 300, want: 512 },
  ])("with $freeMb MB free a build's heap is limited to $want", ({ freeMb, want }) => {
    expect(buildHeapMb(freeMb)).toBe(want);
  });
});
