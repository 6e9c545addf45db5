import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AppVersion } from "#server/graph/app";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { agree, pack, publish, researcher, upload } from "../portal.build";
import { until } from "../until.build";

/** Notes its start, tells what it does, waits for a sign where there is to be one, and turns its input round. */
const turning = `
import argparse, os, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("--input", required=True)
parser.add_argument("--journal", required=True)
parser.add_argument("--sign", default="")
parser.add_argument("--secret", default="")
parser.add_argument("--grow", type=int, default=1)
parser.add_argument("--out", required=True)
options = parser.parse_args()
with open(options.journal, "a") as file:
    file.write("started\\n")
for number in range(2000):
    print("줄 %d of the log" % number)
sys.stdout.flush()
while options.sign and not os.path.exists(options.sign):
    time.sleep(0.05)
with open(options.input, "rb") as source, open(options.out, "wb") as target:
    turned = source.read()[::-1]
    for _ in range(options.grow):
        target.write(turned)
`;
export const logOfTurning = Array.from({ length: 2000 }, (_, number) => `줄 ${number} of the log\n`).join("");

type Silent = { home?: boolean; host?: boolean };

/** A home and a host of which one or both open no socket, each having heard of the other what it needs. */
export async function aPair(adminUrl: string, silent: Silent) {
  const hub = await aHubDouble();
  const timing = { heartbeatMs: 300, statusPollMs: 500 };
  const home = await aFramework("home", hub, adminUrl, { opensNoSocket: silent.home ?? false, timing });
  const host = await aFramework("host", hub, adminUrl, { opensNoSocket: silent.host ?? false, timing });
  await introduce(home, host);
  const ports = { input: { port: "in", kind: "file" }, out: { port: "out", kind: "file" } };
  const app = await publish(host, await pack("turn", turning, { parameters: ports }));
  if (silent.home && silent.host) await until("each has the other's certificate", () => areCertified([home, host]));
  const away = { app, agreement: await agree(host, app.name) };
  const drop = async () => {
    const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
    await home.drop();
    await host.drop();
    await hub.close();
    return checks.flatMap(({ broken }) => broken);
  };
  return { hub, home, host, away, drop };
}
export type Pair = {
  hub: HubDouble;
  home: TestFramework;
  host: TestFramework;
  away: Away;
  drop: () => Promise<unknown[]>;
};
type Away = { app: AppVersion; agreement: string };

async function areCertified(frameworks: TestFramework[]): Promise<boolean> {
  const counts = frameworks.map(({ db }) => db.execute("select 1 from peers where encryption_key is not null"));
  return (await Promise.all(counts)).every(({ rows }) => rows.length === 1);
}

let count = 0;
type Wish = { content: Buffer; waits?: boolean; secret?: string; grow?: number };

/** One run of the turning app at the host, and where its starts are counted. */
export async function aTurn({ home, host, away }: Pair, { content, waits = false, secret = "", grow = 1 }: Wish) {
  count += 1;
  const [journal, sign] = [join(host.folder, `journal-${count}`), join(host.folder, `sign-${count}`)];
  const input = await upload(home, researcher, "입력.bin", content);
  const drawn = {
    inputs: { input },
    steps: {
      only: {
        ...away,
        with: { input: { from: "inputs.input" }, journal, secret, grow, ...(waits ? { sign } : {}) },
      },
    },
    outputs: { turned: "only.out" },
  };
  const starts = async () => (await readFile(journal, "utf8").catch(() => "")).split("\n").filter(Boolean).length;
  return { drawn, sign, starts };
}
