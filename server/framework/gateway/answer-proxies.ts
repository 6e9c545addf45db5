import { KrdcError } from "#server/errors";
import { proxyActions } from "#server/protocol/proxy-api";
import { doForProxy, getProxied, watchForProxy } from "../proxies/serve-proxy";
import { pullLog, readRemoteLog } from "../transfers/pull-log";
import { type Call, type Handler, param, proven, queryNumber } from "./call";

export const getProxyView: Handler = async (call) => {
  const waitMs = queryNumber(call, "wait", { default: 0, max: 25 }) * 1000;
  const known = call.query.get("known") ?? "";
  return { status: 200, json: await watchForProxy(call.ctx, proven(call, "proxy"), known, waitMs, call.signal) };
};

const proxied = (call: Call) => getProxied(call.ctx, proven(call, "proxy"), param(call, "attempt"));

export const postProxyAction: Handler = async (call) => {
  const action = proxyActions.find((name) => name === param(call, "action"));
  if (!action) throw new KrdcError("not_found", "not_found");
  await doForProxy(call.ctx, await proxied(call), action);
  return { status: 200, json: {} };
};

const maxLogPart = 1024 * 1024;

/** The remote log for the proxy to print: fetched from the host when our copy has nothing new. */
export const getProxyLog: Handler = async (call) => {
  const remote = await proxied(call);
  const offset = queryNumber(call, "offset", { default: 0, max: Number.MAX_SAFE_INTEGER });
  const waitSeconds = queryNumber(call, "wait", { default: 0, max: 25 });
  let body = await readRemoteLog(call.ctx, remote, offset, maxLogPart);
  if (body.length === 0 && remote.state !== "ENDED") {
    await pullLog(call.ctx, remote, { waitSeconds });
    body = await readRemoteLog(call.ctx, remote, offset, maxLogPart);
  }
  return { status: 200, headers: { "content-type": "application/octet-stream" }, body };
};
