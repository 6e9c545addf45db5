import { beforeEach, describe, expect, test, vi } from "vitest";
import { aWorkflow } from "../document/document.build";
import { createAutosave, type SaveAnswer, type SaveState } from "./autosave";
import { createDesignerStore } from "./designer-store";

const titled = (ko: string) => aWorkflow({ title: { ko, en: "" } });

describe("undo", () => {
  const start = (clock: { now: number }) => createDesignerStore(titled("0"), () => clock.now);
  const write = (store: ReturnType<typeof start>, ko: string, burst?: string) =>
    store.getState().edit(() => titled(ko), burst);
  const title = (store: ReturnType<typeof start>) => store.getState().workflow.title.ko;

  test("typing in one field within a second is one step back", () => {
    const clock = { now: 0 };
    const store = start(clock);
    for (const text of ["1", "12", "123"]) {
      clock.now += 200;
      write(store, text, "title");
    }
    store.temporal.getState().undo();
    expect(title(store)).toBe("0");
    store.temporal.getState().redo();
    expect(title(store)).toBe("123");
  });

  test("a pause, another field, or a step back begins a new step", () => {
    const clock = { now: 0 };
    const store = start(clock);
    write(store, "a", "title");
    clock.now += 1500;
    write(store, "b", "title");
    write(store, "c", "other");
    expect(store.temporal.getState().pastStates).toHaveLength(3);
    store.temporal.getState().undo();
    write(store, "d", "other");
    store.temporal.getState().undo();
    expect(title(store)).toBe("b");
  });

  test("choosing a node is not an edit, and an edit that changes nothing is none", () => {
    const store = start({ now: 0 });
    store.getState().choose(["x"]);
    store.getState().edit((now) => now);
    expect(store.temporal.getState().pastStates).toHaveLength(0);
  });
});

describe("autosave", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  const begin = (answers: SaveAnswer[]) => {
    const sent: [string, number][] = [];
    const states: SaveState[] = [];
    const autosave = createAutosave({
      revision: 1,
      delayMs: 100,
      againMs: 1000,
      tell: (state) => states.push(state),
      save: async (workflow, revision) => {
        sent.push([workflow.title.ko, revision]);
        return answers.shift() ?? { outcome: "saved", revision: revision + 1 };
      },
    });
    return { autosave, sent, states };
  };

  test("many quick changes are one call with the newest document", async () => {
    const { autosave, sent, states } = begin([]);
    for (const text of ["a", "ab", "abc"]) autosave.change(titled(text));
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([["abc", 1]]);
    expect(states.at(-1)).toBe("saved");
    expect(autosave.isUnsaved()).toBe(false);
  });

  test("the next call carries the revision that the last one answered", async () => {
    const { autosave, sent } = begin([{ outcome: "saved", revision: 7 }]);
    autosave.change(titled("a"));
    await vi.advanceTimersByTimeAsync(100);
    autosave.change(titled("b"));
    await autosave.flush();
    expect(sent).toEqual([
      ["a", 1],
      ["b", 7],
    ]);
  });

  test("a conflict stops saving for good, so nothing of others is overwritten", async () => {
    const { autosave, sent, states } = begin([{ outcome: "conflict" }]);
    autosave.change(titled("a"));
    await autosave.flush();
    autosave.change(titled("b"));
    await autosave.flush();
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(1);
    expect(states.at(-1)).toBe("conflict");
  });

  test("a failure is told, kept and tried again with the newest document", async () => {
    const { autosave, sent, states } = begin([{ outcome: "failed" }]);
    autosave.change(titled("a"));
    await autosave.flush();
    expect(states.at(-1)).toBe("failed");
    expect(autosave.isUnsaved()).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([
      ["a", 1],
      ["a", 1],
    ]);
    expect(states.at(-1)).toBe("saved");
  });

  test("a change during a call is saved after it, not beside it", async () => {
    let release: (answer: SaveAnswer) => void = () => {};
    const sent: number[] = [];
    const autosave = createAutosave({
      revision: 1,
      delayMs: 100,
      tell: () => {},
      save: (_, revision) => {
        sent.push(revision);
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    autosave.change(titled("a"));
    await vi.advanceTimersByTimeAsync(100);
    autosave.change(titled("b"));
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toEqual([1]);
    release({ outcome: "saved", revision: 2 });
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([1, 2]);
  });
});
