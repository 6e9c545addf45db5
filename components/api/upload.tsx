import type { FileValue } from "#server/graph/workflow";
import { Refusal, refusalFrom } from "./call-api";

/** Sends one body to `/api/v1` with progress from 0 to 1, which fetch cannot tell. */
function send<T>(
  method: "PUT" | "POST",
  path: `/api/v1/${string}`,
  body: Blob,
  contentType: string,
  onProgress: (share: number) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("content-type", contentType);
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Refusal(0, {}));
    request.onload = () => {
      if (request.status < 200 || request.status > 299) reject(refusalFrom(request.status, request.responseText));
      else resolve(JSON.parse(request.responseText) as T);
    };
    request.send(body);
  });
}

export type UploadFile = (file: File, onProgress: (share: number) => void) => Promise<FileValue>;

/** Uploads go to the cluster where the run will start. */
export const uploadTo =
  (home: string): UploadFile =>
  (file, onProgress) =>
    send(
      "PUT",
      `/api/v1/clusters/${home}/uploads?name=${encodeURIComponent(file.name)}`,
      file,
      file.type || "application/octet-stream",
      onProgress,
    );

/** Sends an app's source archive to the cluster that will build it. */
export const sendSources = (cluster: string, archive: File, onProgress: (share: number) => void) =>
  send<{ id: string }>("POST", `/api/v1/clusters/${cluster}/builds`, archive, "application/gzip", onProgress);
