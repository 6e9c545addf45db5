type Watch = {
  /** More is wanted from the source. */
  asked?: () => void;
  /** The source gave something. */
  got?: () => void;
  /** All was read, or the source broke. */
  ended: (failure?: { error: unknown }) => void;
  /** Whoever reads wants no more. */
  left: () => void;
};

const nothing = () => undefined;

/** Hands bytes on only as fast as they are read, nothing kept; `over` ends source and reader alike. */
export function passOn(
  source: ReadableStream<Uint8Array>,
  over: AbortSignal,
  { asked = nothing, got = nothing, ended, left }: Watch,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const stop = () => {
          controller.error(over.reason);
          reader.cancel(over.reason).catch(nothing);
        };
        if (over.aborted) stop();
        else over.addEventListener("abort", stop, { once: true });
      },
      async pull(controller) {
        asked();
        try {
          const { done, value } = await reader.read();
          if (over.aborted) return;
          got();
          if (!done) return controller.enqueue(value);
          controller.close();
          ended();
        } catch (error) {
          controller.error(error);
          ended({ error });
        }
      },
      async cancel(reason) {
        left();
        await reader.cancel(reason).catch(nothing);
      },
    },
    { highWaterMark: 0 },
  );
}
