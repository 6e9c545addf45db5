"use client";

import { Failure } from "#components/shell/failure";

type Props = { error: Error & { digest?: string }; reset: () => void };

export default function ErrorPage({ error, reset }: Props) {
  return <Failure digest={error.digest} retry={reset} />;
}
