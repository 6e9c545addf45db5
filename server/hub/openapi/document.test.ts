import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { expect, test } from "vitest";
import { allOperations, openapiDocument } from "./document";

const document = openapiDocument(
  allOperations.filter(({ path }) => path.startsWith("/api/v1/")),
  "0",
);

/** `METHOD /path` of every route file under app/api but the sign-in library's own. */
function routesOnDisk(): string[] {
  const files = readdirSync("app/api", { recursive: true, encoding: "utf8" });
  const routes = files.filter((file) => file.endsWith("route.ts") && !file.startsWith("auth"));
  return routes.flatMap((file) => {
    const path = `/api/${file.split(sep).slice(0, -1).join("/")}`.replace(/\[(\w+)\]/g, "{$1}");
    const text = readFileSync(join("app/api", file), "utf8");
    return [...text.matchAll(/export const (GET|POST|PUT|DELETE)\b/g)].map(([, method]) => `${method} ${path}`);
  });
}

test("every route is an operation of the table and every operation has its route", () => {
  const told = allOperations.map(({ method, path }) => `${method} ${path}`);
  expect(routesOnDisk().sort()).toEqual(told.sort());
});

test("every operation that is not public says who may call it", () => {
  const entries = Object.values(document.paths).flatMap((path) => Object.values(path)) as { security: unknown[] }[];
  const open = entries.filter(({ security }) => security.length === 0);
  expect(open).toHaveLength(1);
  expect(document.servers).toEqual([{ url: "/" }]);
  expect(Object.keys(document.paths).every((path) => path.startsWith("/api/v1/"))).toBe(true);
});

test("path parameters stand in the path, and ids of operations are unique", () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const entry of Object.values(methods) as { parameters: { name: string; in: string }[] }[]) {
      const names = entry.parameters.filter((one) => one.in === "path").map(({ name }) => name);
      expect([path, ...names].join(" ")).toBe(
        [path, ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)].join(" "),
      );
    }
  }
  const ids = Object.values(document.paths).flatMap((path) =>
    (Object.values(path) as { operationId: string }[]).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});
