"use client";

import { useEffect, useState } from "react";
import { callApi, Refusal } from "#components/api/call-api";
import type { Workflow } from "#server/graph/workflow";
import { createAutosave, type SaveAnswer, type SaveState } from "./autosave";
import type { DesignerStore } from "./designer-store";

async function saveDraft(id: string, document: Workflow, revision: number): Promise<SaveAnswer> {
  try {
    const saved = await callApi<{ revision: number }>(`/api/v1/workflows/${id}/draft`, {
      method: "PUT",
      body: { document, revision },
    });
    return { outcome: "saved", revision: saved.revision };
  } catch (error) {
    return { outcome: error instanceof Refusal && error.status === 409 ? "conflict" : "failed" };
  }
}

/** Keeps the draft saved while its document changes; leaving with unsaved work asks first. */
export function useAutosave(store: DesignerStore, draft: { id: string; revision: number; mayEdit: boolean }) {
  const [state, setState] = useState<SaveState>("saved");
  const [autosave] = useState(() =>
    createAutosave({
      revision: draft.revision,
      save: (workflow, revision) => saveDraft(draft.id, workflow, revision),
      tell: setState,
    }),
  );
  useEffect(() => {
    if (!draft.mayEdit) return;
    const forget = store.subscribe((now, before) => {
      if (now.workflow !== before.workflow) autosave.change(now.workflow);
    });
    const warn = (event: BeforeUnloadEvent) => {
      if (autosave.isUnsaved()) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      forget();
      window.removeEventListener("beforeunload", warn);
      void autosave.flush();
    };
  }, [store, autosave, draft.mayEdit]);
  return { state, autosave };
}
