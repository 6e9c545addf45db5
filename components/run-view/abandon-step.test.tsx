import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { messages } from "#server/i18n/messages";
import type { StepView } from "#server/protocol/run-view";
import { outcome } from "#server/protocol/states";
import { isLost } from "./abandon-step";
import { aStepView } from "./run.build";
import { StepDetail } from "./step-detail";

type Asked = { method: string; path: string; body: unknown };
let asked: Asked[];
let refusal: { status: number; code: string } | undefined;

beforeEach(() => {
  asked = [];
  refusal = undefined;
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit = {}) => {
    asked.push({ method, path, body: body ? JSON.parse(String(body)) : undefined });
    if (refusal && method === "POST") return new Response(JSON.stringify(refusal), { status: refusal.status });
    return new Response(JSON.stringify({ items: [] }));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const proxy = {
  name: "proxy-1",
  host: "bio",
  agreementId: null,
  grantId: null,
  bytesIn: 0,
  bytesOut: 0,
  unreachableSince: "2026-02-01T00:00:00Z",
};
const lost = aStepView("align", { state: "UNREACHABLE", placement: "remote", cluster: "bio", index: 2, proxy });

function show(step: StepView, locale: "ko" | "en" = "ko") {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <NextIntlClientProvider locale={locale} messages={messages[locale]} timeZone="Asia/Seoul">
        <StepDetail run="run-1" step={step} />
      </NextIntlClientProvider>
    </QueryClientProvider>,
  );
}

describe("only an attempt that nobody can ask about can be given up", () => {
  const reachable = { ...proxy, unreachableSince: null };
  const unknown = { code: "hosted_run.not_found", detail: {} };
  test.each<{ given: string; step: Partial<StepView>; want: boolean }>([
    { given: "its host is silent", step: {}, want: true },
    {
      given: "its host does not know it",
      step: { state: "REMOTE_QUEUED", proxy: reachable, reason: unknown },
      want: true,
    },
    { given: "its host went silent while it was cancelled", step: { state: "CANCELLING" }, want: true },
    { given: "its host answers", step: { state: "REMOTE_RUNNING", proxy: reachable }, want: false },
    { given: "it is over", step: { state: "FAILED" }, want: false },
    { given: "it runs at home", step: { state: "RUNNING", proxy: null }, want: false },
  ])("$given", ({ step, want }) => {
    expect(isLost({ ...lost, ...step })).toBe(want);
  });
});

describe("giving up", () => {
  const open = () => fireEvent.click(screen.getByRole("button", { name: "이 시도 포기" }));
  const confirm = () => screen.getByRole<HTMLButtonElement>("button", { name: "포기하기" });
  const posts = () => asked.filter(({ method }) => method === "POST");

  test("says that it may run twice and is not sent before the person has understood it", async () => {
    show(lost);
    open();
    expect(screen.getByRole("dialog").textContent).toContain("두 번 실행될 수 있습니다.");
    expect(confirm().disabled).toBe(true);
    fireEvent.click(confirm());
    expect(posts()).toEqual([]);
    fireEvent.click(screen.getByRole("checkbox"));
    await act(async () => void fireEvent.click(confirm()));
    expect(posts()).toEqual([
      {
        method: "POST",
        path: "/api/v1/runs/run-1/steps/align/2/abandon",
        body: { understood: "it_may_run_twice" },
      },
    ]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("refused because the cluster answers again, it says so and changes nothing", async () => {
    refusal = { status: 409, code: "step.not_unreachable" };
    show(lost);
    open();
    fireEvent.click(screen.getByRole("checkbox"));
    await act(async () => void fireEvent.click(confirm()));
    expect((await screen.findByRole("alert")).textContent).toContain("포기할 수 없습니다");
  });

  test("understanding is asked for each time anew", () => {
    show(lost);
    open();
    fireEvent.click(screen.getByRole("checkbox"));
    fireEvent.click(screen.getByRole("button", { name: "더 기다리기" }));
    open();
    expect(confirm().disabled).toBe(true);
  });
});

test("an attempt that was given up can be retried like a failed one", () => {
  show({ ...lost, state: "FAILED", end: "ABANDONED" });
  expect(screen.getByRole("button", { name: "이 단계 다시" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "이 시도 포기" })).toBeNull();
});

describe.each(["ko", "en"] as const)("every end has its own words in %s", (locale) => {
  const kinds = outcome.options.filter((end) => end !== "FAILED");
  test.each(kinds)("%s", (end) => {
    show({ ...lost, state: "FAILED", end }, locale);
    const texts = messages[locale];
    expect(screen.getByText(texts.states.end[end])).toBeTruthy();
    expect(screen.getByText(texts.runs.detail.end[end])).toBeTruthy();
  });
});
