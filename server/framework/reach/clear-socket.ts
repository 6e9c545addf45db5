import { rm } from "node:fs/promises";
import { connect } from "node:net";

/** A longer path does not fit into a socket's address, and Node cuts it off without a word. */
const longestPath = 100;

const isAnswered = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => [socket.destroy(), resolve(true)]);
    socket.once("error", () => resolve(false));
  });

/** Removes the socket that a killed framework left; one at which somebody answers belongs to a framework that runs. */
export async function clearSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestPath)
    throw new RangeError(`a socket's path has at most ${longestPath} bytes: ${path}`);
  if (await isAnswered(path)) throw new Error(`another framework serves ${path}`);
  await rm(path, { force: true });
}
