import { KrdcError } from "#server/errors";
import { provenProxy } from "../../proxies/serve-proxy";
import { type Check, param } from "../call";
import { bearerOf } from "./headers";

/** One of our own proxy apps, with the token that it was started with and that opens nothing but what it stands for. */
export const proxyToken: Check = async (call) => {
  const token = bearerOf(call, "Bearer");
  if (!token) throw new KrdcError("unauthenticated", "unauthenticated");
  call.proxy = provenProxy(call.ctx, param(call, "proxy"), token);
  return undefined;
};
