"use client";

import "./globals.css";

type Props = { error: Error & { digest?: string }; reset: () => void };

/** Stands outside the layout, where no messages are loaded: both languages at once. */
export default function GlobalError({ error, reset }: Props) {
  return (
    <html lang="ko">
      <body>
        <main className="mx-auto grid min-h-dvh max-w-[560px] place-content-center gap-3 px-4 text-center">
          <h1 className="text-lg">
            이 쪽을 보여 줄 수 없습니다 · <span lang="en">This page cannot be shown</span>
          </h1>
          <p className="text-dim">
            시스템 쪽의 문제입니다. 하던 실행은 계속되고 있습니다.
            <br />
            <span lang="en">The fault is on the side of the system. Your runs go on.</span>
          </p>
          {error.digest ? <p className="font-mono text-xs">{error.digest}</p> : null}
          <button type="button" onClick={reset} className="mx-auto h-10 rounded-md bg-accent px-4 text-on-accent">
            다시 시도 · <span lang="en">Try again</span>
          </button>
        </main>
      </body>
    </html>
  );
}
