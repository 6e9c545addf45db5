import type { workflows, workflowVersions } from "#drizzle/hub/schema/workflows";
import { parseAppRef, type Workflow } from "#server/graph/workflow";
import { normalised } from "../market/search";

export type StoredWorkflow = typeof workflows.$inferSelect;
export type PublishedWorkflow = typeof workflowVersions.$inferSelect;

export const searchTextOf = ({ title, description }: Workflow) =>
  [title.ko, title.en, description?.ko ?? "", description?.en ?? ""].map(normalised).join("\n");

/** The clusters whose apps a document names. */
export const clustersOf = ({ steps }: Workflow) => [
  ...new Set(Object.values(steps).map((step) => parseAppRef(step.app).cluster)),
];
