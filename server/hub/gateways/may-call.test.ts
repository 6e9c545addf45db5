import { describe, expect, test } from "vitest";
import { isPublicAddress, mayCall } from "./may-call";

const resolve = async (host: string) => (host === "gateway.example" ? ["203.0.113.9"] : ["203.0.113.9", "127.0.0.1"]);
const allowed = { allowedOrigins: ["http://127.0.0.1:4001"], allowedNetworks: [] };

describe("the hub calls only the open internet and the exact origins that it was given", () => {
  test.each([
    "http://127.0.0.1:4002",
    "http://localhost:4001",
    "https://127.0.0.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://0177.0.0.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[fd00::1]",
    "https://10.0.0.8",
    "https://169.254.169.254",
    "https://user:secret@gateway.example",
    "http://gateway.example",
    "https://rebinding.example",
    "http://127.0.0.1:4001@evil.example",
    "file:///etc/passwd",
    "mailbox://materials",
    "mailbox://bio/v1",
    "MAILBOX://bio",
    "not an address",
  ])("%s is refused", async (address) => {
    await expect(mayCall({ cluster: "bio", gateway: address }, allowed, resolve)).rejects.toMatchObject({
      reason: "gateway.address_refused",
    });
  });

  test.each(["http://127.0.0.1:4001", "http://127.0.0.1:4001/v1", "https://gateway.example/x", "mailbox://bio"])(
    "%s is called",
    (address) => expect(mayCall({ cluster: "bio", gateway: address }, allowed, resolve)).resolves.toBeUndefined(),
  );
});

test("inner addresses are known in both families", () => {
  expect(["8.8.8.8", "2606:4700::1111"].map(isPublicAddress)).toEqual([true, true]);
  expect(["0.0.0.0", "::", "::1", "192.168.1.1", "fe80::1", "x"].map(isPublicAddress)).toEqual(Array(6).fill(false));
});

describe("a range that its operator allowed may be called too, also without TLS", () => {
  const ranges = { allowedOrigins: [], allowedNetworks: ["10.1.0.0/16", "fd00:1::/32"] };
  const inner = async (host: string) => (host === "gateway.inner" ? ["10.1.2.3"] : ["10.1.2.3", "10.2.0.1"]);

  test.each(["http://10.1.200.3:4003", "https://10.1.0.1", "http://[fd00:1::5]:4003", "http://gateway.inner"])(
    "%s is called",
    (address) => expect(mayCall({ cluster: "bio", gateway: address }, ranges, inner)).resolves.toBeUndefined(),
  );

  test.each([
    "http://10.2.0.1",
    "http://127.0.0.1",
    "https://169.254.169.254",
    "http://[fd00:2::5]",
    "http://half.inner",
    "ftp://10.1.0.1",
    "http://user@10.1.0.1",
  ])("%s is refused", async (address) => {
    await expect(mayCall({ cluster: "bio", gateway: address }, ranges, inner)).rejects.toMatchObject({
      reason: "gateway.address_refused",
    });
  });
});
