import { Socket } from "node:net";

/** Loaded into a service before it begins: what it sends to another service's port goes by the wire between the two. */
const wires = JSON.parse(process.env.KRDC_LAB_WIRES ?? "{}");
const connect = Socket.prototype.connect;

Socket.prototype.connect = function (...given) {
  const [first] = given;
  if (Array.isArray(first)) first[0] = wired(first[0]);
  else given[0] = wired(first);
  return connect.apply(this, given);
};

function wired(options) {
  const port = options?.port === undefined ? undefined : wires[options.port];
  return port === undefined ? options : { ...options, port };
}
