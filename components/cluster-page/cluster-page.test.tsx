import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { anAgreement } from "#components/agreements/agreement.build";
import { aClusterRow } from "#components/clusters/cluster.build";
import { messages } from "#server/i18n/messages";
import type { AgreementRow, ClusterRow } from "#server/protocol/portal-views";
import { ClusterPage } from "./cluster-page";

let asked: string[];
let clusters: ClusterRow[];
let agreements: AgreementRow[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", async (path: string, { method = "GET" }: RequestInit = {}) => {
    asked.push(`${method} ${path}`);
    return new Response(JSON.stringify({ items: path.endsWith("agreements") ? agreements : clusters }));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(row: ClusterRow, isHubOperator = false) {
  clusters = [row, aClusterRow({ name: "bio", title: { ko: "바이오", en: "Bio" } })];
  const people = ["가", "나", "가"].map((ko, at) =>
    anAgreement({ id: `a${at}`, cluster: "climate", mine: false, user: { name: { ko, en: ko } } }),
  );
  agreements = [...people, anAgreement({ id: "over", cluster: "climate", state: "REVOKED" }), anAgreement()];
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } })}>
      <NextIntlClientProvider locale="ko" messages={messages.ko} timeZone="Asia/Seoul">
        <ClusterPage
          name="climate"
          clusters={clusters}
          agreements={agreements}
          apps={{ items: [], total: 0 }}
          isOperator
          isHubOperator={isHubOperator}
        />
      </NextIntlClientProvider>
    </QueryClientProvider>,
  );
}

test("the page shows its own agreements, the other clusters and the way to the owner's own page", () => {
  show(aClusterRow());
  const rowsOf = (name: string) => within(screen.getByRole("region", { name })).getAllByRole("row").slice(1);
  expect(rowsOf("이곳의 이용 협약")).toHaveLength(4);
  expect(rowsOf("다른 클러스터").map((row) => row.textContent)).toEqual([expect.stringContaining("바이오")]);
  const door = screen.getByRole("link", { name: "주인의 쪽 열기" });
  expect(door.getAttribute("href")).toBe("https://climate.example.org/operator");
});

test("the page says in words how the cluster is reached, and where its owner's page is when nobody can open it", () => {
  show(aClusterRow());
  expect(screen.getByText("닿는 길", { selector: "dt" }).nextSibling?.textContent).toBe(
    "자기 주소 https://climate.example.org",
  );
  cleanup();
  show(aClusterRow({ gateway: "mailbox://climate" }));
  expect(screen.getByText("닿는 길", { selector: "dt" }).nextSibling?.textContent).toBe("우편함 (열어 둔 주소 없음)");
  expect(screen.queryByRole("link", { name: "주인의 쪽 열기" })).toBeNull();
  expect(screen.getByText(/클러스터 안에서만 열립니다/)).toBeTruthy();
});

test("leaving says who loses what before it is done, and is done only then", async () => {
  show(aClusterRow({ mayLeave: true }));
  fireEvent.click(screen.getByRole("button", { name: "내보내기" }));
  const dialog = screen.getByRole("dialog");
  const said = within(dialog)
    .getAllByRole("listitem")
    .map((item) => item.textContent);
  expect(said).toEqual([
    "앱 3개가 마켓에서 사라집니다.",
    "이용 협약 3건이 끝납니다. 잃는 사람: 가 및 나.",
    "맡아 돌리는 단계 2개가 끝납니다.",
  ]);
  expect(asked).toEqual([]);
  await act(async () => void fireEvent.click(within(dialog).getByRole("button", { name: "내보내기" })));
  expect(asked[0]).toBe("POST /api/v1/clusters/climate/leave");
});

test("a suspended cluster says why, and its own operator is not offered to resume it", () => {
  show(aClusterRow({ state: "SUSPENDED", suspendedReason: "hub" }));
  expect(screen.getByText(/허브 운영자가 멈추었습니다/)).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

test("a new key for a known cluster is the hub operator's to invite, with what ends by it", () => {
  show(aClusterRow({ state: "SUSPENDED", suspendedReason: "left" }), true);
  fireEvent.click(screen.getByRole("button", { name: "새 열쇠로 다시 초대" }));
  expect(screen.getByRole("dialog").textContent).toContain("이곳의 이용 협약이 모두 끝납니다");
});

test("an announced key is shown with its fingerprint, and forbidden only after it was asked about", async () => {
  const keyChange = {
    fingerprint: "1111 · 2222",
    announcedAt: "2026-02-01T00:00:00Z",
    effectiveAt: "2026-02-02T00:00:00Z",
    isForbidden: false,
  };
  show(aClusterRow({ keyChange, mayForbidKey: true }));
  expect(screen.getByText("1111 · 2222")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "다음 열쇠 막기" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog.textContent).toContain("지금 열쇠가 그대로 쓰입니다");
  expect(asked).toEqual([]);
  await act(async () => void fireEvent.click(within(dialog).getByRole("button", { name: "다음 열쇠 막기" })));
  expect(asked[0]).toBe("POST /api/v1/clusters/climate/forbid-key-change");
  cleanup();
  show(aClusterRow({ keyChange: { ...keyChange, isForbidden: true } }));
  expect(screen.getByText(/알린 다음 열쇠를 막았습니다/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "다음 열쇠 막기" })).toBeNull();
});
