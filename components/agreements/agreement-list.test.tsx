import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { messages } from "#server/i18n/messages";
import type { AgreementRow } from "#server/protocol/portal-views";
import { anAgreement } from "./agreement.build";
import { AgreementList } from "./agreement-list";

type Asked = { method: string; path: string };
let asked: Asked[];
let items: AgreementRow[];
let refusal: { status: number; code: string } | undefined;

beforeEach(() => {
  asked = [];
  refusal = undefined;
  vi.stubGlobal("fetch", async (path: string, { method = "GET" }: RequestInit = {}) => {
    asked.push({ method, path });
    if (refusal) return new Response(JSON.stringify(refusal), { status: refusal.status });
    return new Response(JSON.stringify({ items }));
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const HOSTS = { bio: { title: "바이오", gateway: "https://bio.example.org" } };

function show(rows: AgreementRow[], isOperator = false, state?: string) {
  items = rows;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <NextIntlClientProvider locale="ko" messages={messages.ko} timeZone="Asia/Seoul" now={new Date("2026-02-01")}>
        <AgreementList rows={rows} isOperator={isOperator} hosts={HOSTS} state={state} />
      </NextIntlClientProvider>
    </QueryClientProvider>,
  );
}

test("a budget says what is used and left of each term, and where there is no limit", () => {
  show([anAgreement()]);
  const terms = within(screen.getByRole("list", { name: "예산" })).getAllByRole("listitem");
  const said = terms.map((term) => term.textContent);
  expect(said[0]).toContain("10회 / 100회90회 남음");
  expect(said[1]).toContain("2.5시간 / 10시간7.5시간 남음");
  expect(said[2]).toContain("한도 없음");
  expect(said[3]).toContain("1.0 GB / 1.0 GB다 씀");
});

test("a revocation counts down what still runs, asked anew each second, until it is acknowledged", async () => {
  vi.useFakeTimers();
  show([anAgreement({ state: "REVOKING", live: 3 })]);
  expect(screen.getByRole("status").textContent).toBe("끝내는 중입니다. 3개가 아직 돌고 있습니다.");
  items = [anAgreement({ state: "REVOKING", live: 1 })];
  await act(() => vi.advanceTimersByTimeAsync(1_100));
  expect(screen.getByRole("status").textContent).toBe("끝내는 중입니다. 1개가 아직 돌고 있습니다.");
  items = [anAgreement({ state: "REVOKED" })];
  await act(() => vi.advanceTimersByTimeAsync(1_100));
  expect(screen.queryByRole("status")).toBeNull();
  expect(within(screen.getByRole("table")).getByText("철회됨")).toBeTruthy();
  const before = asked.length;
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect(asked.length).toBe(before);
});

describe("a request is decided at the cluster's own door", () => {
  const request = anAgreement({ state: "REQUESTED", mine: false, mayRevoke: true });

  test("its operator finds the way there and why, and nothing here that approves", () => {
    show([request], true);
    const door = screen.getByRole("link", { name: "바이오의 문에서 정하기" });
    expect(door.getAttribute("href")).toBe(`https://bio.example.org/operator/agreements/${request.id}`);
    expect(screen.getByText(/포털에서는 승인할 수 없습니다/)).toBeTruthy();
    expect(within(screen.getByRole("table")).queryByRole("button", { name: /승인/ })).toBeNull();
  });

  test("who asked can only withdraw, and is told who decides", () => {
    show([anAgreement({ state: "REQUESTED", mayRevoke: true })]);
    expect(screen.getByText(/앱 주인이 자기 클러스터에서 정합니다/)).toBeTruthy();
    expect(screen.getByRole("button", { name: /^요청 거두기/ })).toBeTruthy();
    expect(screen.queryByRole("link", { name: /문에서 정하기/ })).toBeNull();
  });
});

test.each<{ given: Partial<AgreementRow>; offered: RegExp; verb: string }>([
  { given: { mayRevoke: true }, offered: /^해지/, verb: "revoke" },
  { given: { state: "REQUESTED", mayRevoke: true }, offered: /^요청 거두기/, verb: "revoke" },
  { given: { mine: false, mayRevoke: true }, offered: /^철회:/, verb: "revoke" },
  { given: { mine: false, maySuspend: true }, offered: /^잠시 멈춤/, verb: "suspend" },
  { given: { mine: false, state: "SUSPENDED", mayResume: true }, offered: /^다시 열기/, verb: "resume" },
])("$offered is asked once, says for whom, and calls $verb", async ({ given, offered, verb }) => {
  const row = anAgreement(given);
  show([row], true);
  fireEvent.click(screen.getByRole("button", { name: offered }));
  const dialog = screen.getByRole("dialog");
  expect(dialog.textContent).toMatch(/김연구.*바이오|바이오.*김연구/);
  expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
  const [confirm] = within(dialog).getAllByRole("button").slice(-1);
  await act(async () => void (confirm && fireEvent.click(confirm)));
  expect(asked).toContainEqual({ method: "POST", path: `/api/v1/agreements/${row.id}/${verb}` });
});

test("a refused action says why and keeps the question open", async () => {
  show([anAgreement({ mine: false, state: "SUSPENDED", mayResume: true })], true);
  fireEvent.click(screen.getByRole("button", { name: /^다시 열기/ }));
  refusal = { status: 403, code: "agreement.held_by_owner" };
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "다시 열기" })));
  expect((await screen.findByRole("alert")).textContent).toContain("앱의 주인이 멈춘 협약입니다");
});

test("the filter offers the states that occur with their number, and keeps to the address", () => {
  const closed = {
    id: "b",
    state: "REJECTED",
    refusal: "자원이 모자랍니다.",
    appTitle: { ko: "그림", en: "Plot" },
  } as const;
  show([anAgreement(), anAgreement(closed)], false, "REJECTED");
  const offered = within(screen.getByRole("group", { name: "상태로 거르기" })).getAllByRole("button");
  expect(offered.map((button) => button.textContent)).toEqual(["모두 2", "유효 1", "거절됨 1"]);
  expect(screen.queryByText("서열 정렬")).toBeNull();
  expect(screen.getByText(/자원이 모자랍니다/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "유효 1" }));
  expect(screen.getByText("서열 정렬")).toBeTruthy();
  expect(window.location.search).toBe("?state=ACTIVE");
});

test("when it cannot be read anew, what was seen stays with a word about it and a way to try again", async () => {
  vi.useFakeTimers();
  show([anAgreement()]);
  refusal = { status: 503, code: "portal.unreachable" };
  await act(() => vi.advanceTimersByTimeAsync(20_500));
  expect(screen.getByRole("alert").textContent).toContain("앞서 본 것을 보입니다");
  expect(screen.getByText("서열 정렬")).toBeTruthy();
  refusal = undefined;
  await act(async () => {
    fireEvent.click(screen.getByRole("button", { name: "다시 시도" }));
    await vi.advanceTimersByTimeAsync(100);
  });
  expect(screen.queryByRole("alert")).toBeNull();
});

test("nobody without agreements is left without a next step", () => {
  show([]);
  expect(screen.getByRole("link", { name: "앱 마켓으로" }).getAttribute("href")).toBe("/market");
});
