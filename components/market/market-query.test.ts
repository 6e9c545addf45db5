import { describe, expect, test } from "vitest";
import { filterCount, marketHref, readMarketQuery, toggled } from "./market-query";

describe("the market's address holds the whole question", () => {
  test.each([
    "/market",
    "/market?q=%EA%B8%B0%EC%83%81",
    "/market?q=a+b&cluster=bio&cluster=materials&licence=MIT&now=1",
    "/market?input=text%2Fcsv&cursor=abc%3D%3D",
  ])("%s reads and writes as itself", (href) => {
    const url = new URL(href, "http://portal.test");
    const address = Object.fromEntries([...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)]));
    const query = readMarketQuery(address);
    expect(marketHref(query, { cursor: query.cursor })).toBe(href);
  });

  test("choosing a filter starts again from the first page, choosing it twice takes it back", () => {
    const query = readMarketQuery({ cluster: "bio", cursor: "next" });
    expect(marketHref(query, toggled(query, "clusters", "materials"))).toBe("/market?cluster=bio&cluster=materials");
    expect(marketHref(query, toggled(query, "clusters", "bio"))).toBe("/market");
  });

  test("an endless address is cut", () => {
    const query = readMarketQuery({ q: "x".repeat(5000), cluster: Array.from({ length: 500 }, (_, n) => `c${n}`) });
    expect([query.q.length, query.clusters.length, filterCount(query)]).toEqual([200, 50, 50]);
  });
});
