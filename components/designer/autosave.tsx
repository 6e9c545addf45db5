import type { Workflow } from "#server/graph/workflow";

export type SaveState = "saved" | "unsaved" | "saving" | "failed" | "conflict";
export type SaveAnswer = { outcome: "saved"; revision: number } | { outcome: "conflict" } | { outcome: "failed" };
type Save = (workflow: Workflow, revision: number) => Promise<SaveAnswer>;
type Options = {
  revision: number;
  save: Save;
  tell: (state: SaveState) => void;
  delayMs?: number;
  againMs?: number;
};

/**
 * Saves the newest document a moment after the last change, one call at a time. A conflict stops it for good: somebody
 * saved a newer draft, and nothing of theirs may be overwritten. Any other failure is tried again.
 */
export function createAutosave({ revision, save, tell, delayMs = 800, againMs = 4000 }: Options) {
  let [known, pending] = [revision, undefined as Workflow | undefined];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let under: Promise<void> | undefined;
  let stopped = false;

  const later = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), ms);
  };

  const settle = (answer: SaveAnswer, sent: Workflow) => {
    if (answer.outcome === "conflict") {
      stopped = true;
      pending = undefined;
      return tell("conflict");
    }
    if (answer.outcome === "failed") {
      pending ??= sent;
      tell("failed");
      return later(againMs);
    }
    known = answer.revision;
    tell(pending ? "unsaved" : "saved");
    if (pending) later(delayMs);
  };

  /** Saves at once what is not saved yet, and waits for it. */
  async function flush(): Promise<void> {
    clearTimeout(timer);
    if (under) await under;
    if (stopped || !pending) return;
    const sent = pending;
    pending = undefined;
    tell("saving");
    under = save(sent, known)
      .catch((): SaveAnswer => ({ outcome: "failed" }))
      .then((answer) => {
        under = undefined;
        settle(answer, sent);
      });
    await under;
  }

  return {
    change(workflow: Workflow) {
      if (stopped) return;
      pending = workflow;
      tell("unsaved");
      if (!under) later(delayMs);
    },
    flush,
    /** True when leaving now would lose work. */
    isUnsaved: () => pending !== undefined || under !== undefined,
    revision: () => known,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
