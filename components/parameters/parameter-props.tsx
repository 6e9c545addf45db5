import type { ReactNode } from "react";
import type { UploadFile } from "#components/api/upload";
import type { Parameter } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";

export type ParameterFormProps = {
  parameters: readonly Parameter[];
  values: Readonly<Record<string, Value | undefined>>;
  /** Every problem, by parameter name, in the reader's words. */
  problems?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Parameters that take their value from elsewhere, with the name of that place. */
  linked?: Readonly<Record<string, string>> | undefined;
  /** `undefined` clears the value, so that the default counts again. */
  onChange: (name: string, value: Value | undefined) => void;
  /** Without it files cannot be picked here, and the form says so. */
  uploadFile?: UploadFile | undefined;
  /** Something to stand below a field, such as "take from…". */
  extra?: ((parameter: Parameter) => ReactNode) | undefined;
};
