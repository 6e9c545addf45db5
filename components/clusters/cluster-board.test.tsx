import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { messages } from "#server/i18n/messages";
import type { ClusterRow } from "#server/protocol/portal-views";
import { aClusterRow } from "./cluster.build";
import { ClusterBoard } from "./cluster-board";

type Asked = { method: string; path: string; body: unknown };
type Answer = { status: number; json: unknown };
let asked: Asked[];
let items: ClusterRow[];
let answers: Record<string, () => Answer>;
const NOW = new Date("2026-02-01T00:00:00Z");

beforeEach(() => {
  asked = [];
  answers = {};
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit = {}) => {
    asked.push({ method, path, body: body ? JSON.parse(String(body)) : undefined });
    const { status, json } = answers[`${method} ${path}`]?.() ?? { status: 200, json: { items } };
    return new Response(JSON.stringify(json), { status });
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function show(rows: ClusterRow[], { isHubOperator = true, operated = [] as string[] } = {}) {
  items = rows;
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <NextIntlClientProvider locale="ko" messages={messages.ko} timeZone="Asia/Seoul">
        <ClusterBoard rows={rows} isHubOperator={isHubOperator} operated={operated} />
      </NextIntlClientProvider>
    </QueryClientProvider>,
  );
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const press = async (name: string | RegExp) => {
  fireEvent.click(screen.getByRole("button", { name }));
  await pass(10);
};
/** The steps of joining with what a screen reader says of each. */
const steps = (within_: HTMLElement = document.body) =>
  within(within(within_).getByRole("list", { name: "참여 과정" }))
    .getAllByRole("listitem")
    .map((step) => step.textContent);

describe("an invitation", () => {
  const invited = aClusterRow({
    state: "INVITED",
    gateway: null,
    approvals: { operator: false, hub: false },
    invitationExpiresAt: "2026-02-01T00:30:00Z",
  });
  const script = `export FRAMEWORK_JOIN_TOKEN='join_secret'\nnode "$KRDC_BUILD/framework.mjs"`;
  const answer = { name: "climate", joinToken: "join_secret", expiresAt: "2026-02-01T00:30:00Z", start: { script } };

  async function invite() {
    show([aClusterRow({ name: "bio" })]);
    answers["POST /api/v1/clusters/invitations"] = () => {
      items = [aClusterRow({ name: "bio" }), invited];
      return { status: 201, json: answer };
    };
    await press("클러스터 초대");
    fireEvent.change(screen.getByLabelText(/^이름/), { target: { value: "climate" } });
    fireEvent.change(screen.getByLabelText(/^한국어 이름/), { target: { value: "기후" } });
    fireEvent.change(screen.getByLabelText(/^영어 이름/), { target: { value: "Climate" } });
    await act(async () => void fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element));
    await pass(10);
    return screen.getByRole("dialog");
  }

  test("shows token, its time and the commands once, and follows the enrolment to its end", async () => {
    const dialog = await invite();
    expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({ name: "climate", replace: false });
    expect(within(dialog).getByRole("timer").textContent).toBe("30:00");
    expect(dialog.textContent).toContain(script);
    expect(dialog.textContent).toContain("FRAMEWORK_LISTEN=off");
    expect(steps(dialog)[1]).toContain("기다리는 중");
    items = [aClusterRow({ state: "PENDING", approvals: { operator: false, hub: false } })];
    await pass(2_100);
    expect(steps(dialog).map((step) => step?.endsWith("됨"))).toEqual([true, true, false, false]);
    items = [aClusterRow()];
    await pass(2_100);
    expect(within(dialog).getByRole("status").textContent).toBe("기후 클러스터가 참여했습니다.");
    await press("전했습니다");
    expect(document.body.textContent).not.toContain("join_secret");
    await press("클러스터 초대");
    expect(document.body.textContent).not.toContain("join_secret");
  });

  test("says when the token's time is over", async () => {
    const dialog = await invite();
    await pass(30 * 60_000 + 1_000);
    expect(within(dialog).queryByRole("timer")).toBeNull();
    expect(dialog.textContent).toContain("시간이 지났습니다. 다시 초대하세요.");
  });

  test("that came to nothing can be made again under the same name", async () => {
    show([{ ...invited, invitationExpiresAt: null }]);
    expect(steps()[1]).toContain("끊김");
    await press("다시 초대");
    const name = screen.getByLabelText<HTMLInputElement>(/^이름/);
    expect([name.value, name.readOnly]).toEqual(["climate", true]);
  });
});

describe("approval", () => {
  const pending = aClusterRow({
    state: "PENDING",
    approvals: { operator: false, hub: false },
    fingerprintHead: "aaaa · bbbb",
  });
  const refuse = (status: number, code: string, detail: unknown) => () => ({ status, json: { status, code, detail } });

  async function type(groups: string) {
    fireEvent.change(screen.getByLabelText("마지막 두 묶음"), { target: { value: groups } });
    await press("승인");
  }

  test("wrong groups are counted down, and after the fifth the invitation is seen to be void", async () => {
    show([pending], { isHubOperator: false, operated: ["climate"] });
    expect(screen.getByText(/aaaa · bbbb/)).toBeTruthy();
    answers["POST /api/v1/clusters/climate/approve"] = refuse(403, "cluster.wrong_fingerprint", { left: 3 });
    await type("0000 0000");
    expect(screen.getByRole("alert").textContent).toContain("3번 더 해 볼 수 있습니다");
    answers["POST /api/v1/clusters/climate/approve"] = () => {
      items = [{ ...pending, state: "INVITED", fingerprintHead: null }];
      return refuse(410, "cluster.invitation_void", {})();
    };
    await type("0000 0000");
    expect(screen.getByRole("alert").textContent).toContain("초대가 없어졌습니다");
    expect(screen.queryByLabelText("마지막 두 묶음")).toBeNull();
    expect(steps()[1]).toContain("끊김");
  });

  test("what cannot be two groups is not sent", async () => {
    show([pending], { isHubOperator: false, operated: ["climate"] });
    await type("12");
    expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
    expect(screen.getByText(/네 글자 묶음 두 개/)).toBeTruthy();
  });

  test("the hub operator comes second", async () => {
    show([pending]);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "허브 운영자로 승인" }).disabled).toBe(true);
    items = [{ ...pending, approvals: { operator: true, hub: false } }];
    await pass(3_100);
    expect(screen.queryByLabelText("마지막 두 묶음")).toBeNull();
    answers["POST /api/v1/clusters/climate/approve"] = () => {
      items = [aClusterRow()];
      return { status: 200, json: { name: "climate", state: "ACTIVE" } };
    };
    await press("허브 운영자로 승인");
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({});
    expect(screen.queryByRole("list", { name: "참여 과정" })).toBeNull();
  });

  test("members who let nobody in are offered nothing", () => {
    show([pending], { isHubOperator: false });
    expect(screen.queryByRole("button")).toBeNull();
  });
});

test("the table tells state, clock and why a cluster is suspended in words, not in colour alone", () => {
  show([
    aClusterRow(),
    aClusterRow({ name: "bio", skewSeconds: -31 }),
    aClusterRow({ name: "sea", state: "SUSPENDED", suspendedReason: "other_uid" }),
  ]);
  const [, fine, skewed, suspended] = screen.getAllByRole("row");
  expect(fine?.textContent).toContain("정상");
  expect(fine?.textContent).toContain("+0.3초");
  expect(skewed?.textContent).toContain("25초를 넘어 새 허가를 받지 못합니다");
  expect(suspended?.textContent).toContain("같은 열쇠가 다른 곳에서 쓰여");
});
