"use client";

import { useEffect, useState } from "react";
import { refusalFrom } from "#components/api/call-api";
import { appendLog, emptyLog, type LogWindow } from "./log-window";

export type LogPlace = { run: string; step: string; index: number; attempt: number };

const AGAIN_MS = 3000;
const WAIT_SECONDS = 20;
/** A long log is opened near its end; what lies before is in the download. */
const OPENED_BYTES = 2_000_000;

const logPath = ({ run, step, index, attempt }: LogPlace) =>
  `/api/v1/runs/${run}/steps/${encodeURIComponent(step)}/${index}/log?attempt=${attempt}` as const;

type Chunk = { offset: number; text: string; nextOffset: number; ended: boolean };

type Bytes = { bytes: Uint8Array<ArrayBuffer>; nextOffset: number; ended: boolean };

async function readBytes(place: LogPlace, offset: number, waitSeconds: number, signal?: AbortSignal): Promise<Bytes> {
  const response = await fetch(`${logPath(place)}&offset=${offset}&wait=${waitSeconds}`, signal ? { signal } : {});
  if (!response.ok) throw refusalFrom(response.status, await response.text());
  const bytes = new Uint8Array(await response.arrayBuffer());
  const nextOffset = Number(response.headers.get("x-krdc-log-next-offset") ?? offset + bytes.byteLength);
  return { bytes, nextOffset, ended: response.headers.get("x-krdc-log-end") === "true" };
}

async function readChunk(place: LogPlace, offset: number, decoder: TextDecoder, signal: AbortSignal): Promise<Chunk> {
  const { bytes, nextOffset, ended } = await readBytes(place, offset, WAIT_SECONDS, signal);
  return { offset, text: decoder.decode(bytes, { stream: !ended }), nextOffset, ended };
}

/** The log from its first byte to where it stands now. */
export async function readWholeLog(place: LogPlace): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (;;) {
    const { bytes, nextOffset, ended } = await readBytes(place, offset, 0);
    parts.push(bytes);
    if (ended || nextOffset <= offset) return new Blob(parts, { type: "text/plain" });
    offset = nextOffset;
  }
}

/** Follows one attempt's log from the server by byte offset until it ends; a cut line is taken up where it stopped. */
export function useStepLog(place: LogPlace, knownBytes: number): { log: LogWindow; failure: unknown } {
  const [log, setLog] = useState<LogWindow>(emptyLog);
  const [failure, setFailure] = useState<unknown>();
  const { run, step, index, attempt } = place;
  const [begin] = useState(() => Math.max(0, knownBytes - OPENED_BYTES));
  useEffect(() => {
    const stop = new AbortController();
    const begun = { ...emptyLog, nextOffset: begin };
    setLog(begun);
    void followLog({ run, step, index, attempt }, begun, stop.signal, { onLog: setLog, onFailure: setFailure });
    return () => stop.abort();
  }, [run, step, index, attempt, begin]);
  return { log, failure };
}

type Listener = { onLog: (log: LogWindow) => void; onFailure: (failure: unknown) => void };

async function followLog(place: LogPlace, begun: LogWindow, signal: AbortSignal, { onLog, onFailure }: Listener) {
  const decoder = new TextDecoder();
  let now = begun;
  while (!(signal.aborted || now.ended)) {
    const read = await readChunk(place, now.nextOffset, decoder, signal).catch((failure: unknown) => ({ failure }));
    if (signal.aborted) return;
    if ("failure" in read) {
      onFailure(read.failure);
      await pause(AGAIN_MS, signal);
    } else {
      now = appendLog(now, read);
      onLog(now);
      onFailure(undefined);
    }
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
