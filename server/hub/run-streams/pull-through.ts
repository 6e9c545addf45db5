const beat = new TextEncoder().encode(": alive\n\n");

/** Whether these bytes end a whole event, so that a comment may follow. */
const endsEvent = (chunk: Uint8Array) => chunk.at(-1) === 10 && chunk.at(-2) === 10;

type Options = { beatMs: number };
type Read = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;

function after(ms: number): { done: Promise<"silent">; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const done = new Promise<"silent">((resolve) => {
    timer = setTimeout(() => resolve("silent"), ms);
  });
  return { done, stop: () => clearTimeout(timer) };
}

/**
 * Hands events on only as fast as the reader asks for them, with a comment when nothing happens for a while. A source
 * that breaks or reaches its time ends the stream quietly: the reader resumes by Last-Event-ID.
 */
export function pullThrough(source: ReadableStream<Uint8Array>, { beatMs }: Options): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let pending: Promise<Read> | undefined;
  let isBetweenEvents = true;
  const next = async (): Promise<Uint8Array | undefined> => {
    pending ??= reader.read();
    const silence = after(beatMs);
    const first = await Promise.race([pending, silence.done]).finally(silence.stop);
    if (first === "silent") return isBetweenEvents ? beat : next();
    pending = undefined;
    if (first.done) return undefined;
    isBetweenEvents = endsEvent(first.value);
    return first.value;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await next().catch(() => undefined);
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
