import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { useState } from "react";
import { afterEach, describe, expect, test } from "vitest";
import type { Parameter } from "#server/graph/app";
import type { Value } from "#server/graph/workflow";
import { messages } from "#server/i18n/messages";
import { ParameterForm } from "./parameter-form";
import type { ParameterFormProps } from "./parameter-props";

afterEach(cleanup);

const aParameter = (over: Partial<Parameter>): Parameter => ({
  name: "value",
  kind: "string",
  port: "in",
  list: false,
  required: false,
  title: { ko: "값", en: "Value" },
  help: { ko: "", en: "" },
  argument: { style: "option", option: "--value" },
  ...over,
});

const SAMPLE = {
  ...{ name: "s.csv", path: "/samples/s.csv", size: 3, mediaType: "text/csv" },
  title: { ko: "표본", en: "Sample" },
};

type HeldProps = { parameter: Parameter; over: Partial<ParameterFormProps>; given: { value: Value | undefined } };

/** The form with its state, as a page holds it. */
function Held({ parameter, over, given }: HeldProps) {
  const [values, setValues] = useState<Record<string, Value | undefined>>({ [parameter.name]: given.value });
  const take = (name: string, value: Value | undefined) => {
    given.value = value;
    setValues({ [name]: value });
  };
  return <ParameterForm parameters={[parameter]} values={values} onChange={take} {...over} />;
}

function show(parameter: Parameter, over: Partial<ParameterFormProps> = {}, first?: Value) {
  const given: HeldProps["given"] = { value: first };
  const client = new QueryClient();
  client.setQueryData(["samples"], [SAMPLE]);
  render(
    <QueryClientProvider client={client}>
      <NextIntlClientProvider locale="ko" messages={messages.ko} timeZone="Asia/Seoul">
        <Held parameter={parameter} over={over} given={given} />
      </NextIntlClientProvider>
    </QueryClientProvider>,
  );
  return given;
}

describe("what is typed becomes a value of the parameter's kind", () => {
  test.each<{ kind: Parameter["kind"]; typed: string; want: Value | undefined }>([
    { kind: "string", typed: "12", want: "12" },
    { kind: "string", typed: "한 줄 “인용”", want: "한 줄 “인용”" },
    { kind: "integer", typed: " 12 ", want: 12 },
    { kind: "number", typed: "-1.5e3", want: -1500 },
    { kind: "number", typed: "1,5", want: "1,5" },
    { kind: "integer", typed: "0x10", want: "0x10" },
    { kind: "integer", typed: "Infinity", want: "Infinity" },
    { kind: "number", typed: "", want: undefined },
  ])("$kind $typed", ({ kind, typed, want }) => {
    const given = show(aParameter({ kind }), {}, "before");
    fireEvent.change(screen.getByLabelText("값"), { target: { value: typed } });
    expect(given.value).toEqual(want);
  });
});

test("half-typed numbers stay as they are typed", () => {
  show(aParameter({ kind: "number" }));
  const field = screen.getByLabelText<HTMLInputElement>("값");
  fireEvent.change(field, { target: { value: "1." } });
  expect(field.value).toBe("1.");
});

test("a choice gives the value as the app declares it, not its text", () => {
  const given = show(aParameter({ kind: "integer", choices: [1, 2, 3] }));
  fireEvent.change(screen.getByLabelText("값"), { target: { value: "1" } });
  expect(given.value).toBe(2);
});

test("rows of a list can be added and removed; the last one removed leaves the default", () => {
  const given = show(aParameter({ list: true }));
  fireEvent.click(screen.getByRole("button", { name: "값 하나 더하기" }));
  fireEvent.change(screen.getByLabelText("값 1번째"), { target: { value: "a" } });
  expect(given.value).toEqual(["a"]);
  fireEvent.click(screen.getByRole("button", { name: "값 1번째 빼기" }));
  expect(given.value).toBeUndefined();
});

test("a list of an exact length always shows that many rows", () => {
  show(aParameter({ kind: "number", list: true, length: 3 }));
  expect(screen.getAllByRole("textbox")).toHaveLength(3);
  expect(screen.queryByRole("button")).toBeNull();
});

test("all problems stand at their field and are tied to it", () => {
  show(aParameter({}), { problems: { value: ["너무 깁니다.", "쓸 수 없는 글자입니다."] } });
  const field = screen.getByLabelText("값");
  const told = (field.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.textContent);
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(told.join(" ")).toContain("너무 깁니다.쓸 수 없는 글자입니다.");
});

test("a value taken from elsewhere says from where and cannot be typed over", () => {
  show(aParameter({}), { linked: { value: "이동 평균 · 결과" } });
  expect(screen.getByText("이동 평균 · 결과에서 받음")).toBeTruthy();
  expect(screen.queryByRole("textbox")).toBeNull();
});

test("a secret is masked until its reader asks", () => {
  show(aParameter({ secret: true, default: "hidden-default" }), {}, "열쇠");
  const field = screen.getByLabelText<HTMLInputElement>(/^값/);
  expect([field.type, document.body.textContent?.includes("hidden-default")]).toEqual(["password", false]);
  fireEvent.click(screen.getByRole("button", { name: "보이기" }));
  expect(field.type).toBe("text");
});

test("a picked file is uploaded and becomes the value", async () => {
  const file = { kind: "file" as const, name: "표.csv", sha256: "a".repeat(64), size: 12 };
  const given = show(aParameter({ kind: "file" }), { uploadFile: async () => file });
  fireEvent.change(screen.getByLabelText(/값/), { target: { files: [new File(["x"], "표.csv")] } });
  await screen.findByText("표.csv");
  expect(given.value).toEqual(file);
});

test("a file that was not taken says why at its field", async () => {
  show(aParameter({ kind: "file" }), { uploadFile: () => Promise.reject(new Error("no")) });
  fireEvent.change(screen.getByLabelText(/값/), { target: { files: [new File(["x"], "표.csv")] } });
  expect((await screen.findByRole("alert")).textContent).toContain("표.csv 파일을 올리지 못했습니다.");
});

test.each([
  { mediaType: "text/csv", offered: 1 },
  { mediaType: undefined, offered: 1 },
  { mediaType: "image/png", offered: 0 },
])("sample data is offered where its media type fits: $mediaType", ({ mediaType, offered }) => {
  const parameter = aParameter({ kind: "file", ...(mediaType ? { mediaType } : {}) });
  show(parameter, { uploadFile: () => Promise.reject(new Error("no")) });
  expect(screen.queryAllByRole("button", { name: "예제 자료" })).toHaveLength(offered);
});
