import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { portalDouble } from "./portal-double.build";

const double = portalDouble();

describe("apps are sent, built and published", () => {
  const started = { "POST /api/v1/clusters/materials/builds": () => ({ status: 202, json: { id: "b1" } }) };
  const sent = () =>
    gunzipSync(double.asked.find(({ method }) => method === "POST")?.body ?? Buffer.alloc(0)).toString("utf8");

  test("the log goes to standard error as it grows, the parameters to standard output", async () => {
    await mkdir(join(double.folder, "앱", ".git"), { recursive: true });
    await mkdir(join(double.folder, "앱", "__pycache__"));
    await double.keep("앱/main.py", "print(1)");
    await double.keep("앱/.git/config", "kept at home");
    await double.keep("앱/__pycache__/x.pyc", "made by python");
    const parameters = [
      { name: "input", kind: "file", list: false, port: "in", required: true, help: { ko: "표", en: "table" } },
    ];
    const views = [
      { id: "b1", state: "BUILDING", log: "step 1\n", logOffset: 7 },
      {
        id: "b1",
        state: "READY",
        log: "끝\n",
        logOffset: 11,
        app: "materials/x@1.0.0",
        digest: "sha256:1",
        parameters,
      },
      { id: "b1", state: "READY", log: "", logOffset: 11, app: "materials/x@1.0.0", digest: "sha256:1", parameters },
    ];
    double.handlers = { ...started, "GET /api/v1/clusters/materials/builds/b1": () => ({ json: views.shift() }) };
    const { code, out, err } = await double.krdc([
      "app",
      "register",
      join(double.folder, "앱"),
      "--cluster",
      "materials",
      "--wait",
      "--json",
    ]);
    expect({ code, err }).toEqual({ code: 0, err: "step 1\n끝\n" });
    expect(JSON.parse(out)).toEqual({
      id: "b1",
      state: "READY",
      app: "materials/x@1.0.0",
      digest: "sha256:1",
      parameters,
    });
    expect(sent()).toContain("main.py");
    expect(sent()).not.toMatch(/kept at home|made by python/);
    expect(double.asked.map(({ query }) => query.get("logOffset"))).toEqual([null, "0", "7", "11"]);
  });

  test("a failed build ends with 1 and its reason", async () => {
    await mkdir(join(double.folder, "app"));
    await double.keep("app/main.py", "");
    double.handlers = {
      ...started,
      "GET /api/v1/clusters/materials/builds/b1": () => ({
        json: {
          id: "b1",
          state: "FAILED",
          log: "",
          logOffset: 0,
          reason: { code: "test.build_refused", detail: { package: "numpi" } },
        },
      }),
    };
    expect(
      await double.krdc(["app", "register", join(double.folder, "app"), "--cluster", "materials", "--wait"]),
    ).toEqual({
      code: 1,
      out: "",
      err: "test.build_refused: package numpi\n",
    });
  });

  test("links are not followed and not sent", async () => {
    await mkdir(join(double.folder, "app"));
    await symlink("/etc/hostname", join(double.folder, "app", "link"));
    expect((await double.krdc(["app", "register", join(double.folder, "app"), "--cluster", "materials"])).err).toMatch(
      /^app\.link_in_folder: app\/link /,
    );
    expect(double.asked).toEqual([]);
  });

  test("publish names the version in the address", async () => {
    double.handlers["POST /api/v1/apps/materials/x/versions/1.0.0+b/publish"] = () => ({
      json: { app: "materials/x@1.0.0+b", digest: "sha256:1" },
    });
    expect(await double.krdc(["app", "publish", "materials/x@1.0.0+b"])).toMatchObject({
      code: 0,
      out: "materials/x@1.0.0+b  sha256:1\n",
    });
  });
});
