"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Refusal } from "./call-api";

const STALE_MS = 5_000;

/** Asks again only when nobody answered; a refusal will not change by asking twice. */
function shouldRetry(failures: number, error: unknown): boolean {
  const nobodyAnswered = error instanceof Refusal && (error.status === 0 || error.status === 503);
  return nobodyAnswered && failures < 3;
}

export function ApiProvider({ children }: { children: ReactNode }) {
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: shouldRetry, staleTime: STALE_MS } } }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
