import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { messages } from "#server/i18n/messages";
import { RequestAgreement } from "./request-agreement";

let sent: unknown[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (_path: string, { body }: RequestInit) => {
    sent.push(JSON.parse(String(body)));
    return new Response(JSON.stringify({ id: "a", state: "REQUESTED" }), { status: 201 });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <NextIntlClientProvider locale="en" messages={messages.en} timeZone="Asia/Seoul">
        <RequestAgreement open onOpenChange={() => {}} app="bio/align" appTitle="Align" clusterTitle="Bio" />
      </NextIntlClientProvider>
    </QueryClientProvider>,
  );
}

const fill = (label: RegExp, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const send = () => act(async () => void fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element));

test("a request tells purpose, period and budget in the units of the agreement; empty means no limit", async () => {
  show();
  fill(/use it for/, "Compare proteins");
  fill(/CPU time/, "1.5");
  fill(/Output size/, "20");
  await send();
  expect(sent).toEqual([
    {
      app: "bio/align",
      days: 30,
      purpose: "Compare proteins",
      budget: { runs: 100, cpuSeconds: 5400, gpuSeconds: null, outputBytes: 20_000_000_000 },
    },
  ]);
});

test("everything wrong is said at its field and nothing is sent", async () => {
  show();
  fill(/Number of runs/, "many");
  fill(/GPU time/, "0");
  await send();
  const errors = screen.getAllByRole("listitem").map((item) => item.textContent);
  expect(errors).toHaveLength(3);
  expect(errors[0]).toBe("Please fill this in.");
  expect(sent).toEqual([]);
});
