import path from "node:path";
import createNextIntlPlugin from "next-intl/plugin";

const root = import.meta.dirname ?? path.resolve(".");

const securityHeaders = [
  { key: "x-content-type-options", value: "nosniff" },
  { key: "x-frame-options", value: "DENY" },
  { key: "referrer-policy", value: "same-origin" },
];

/** @type {import("next").NextConfig} */
const config = {
  output: "standalone",
  poweredByHeader: false,
  // Types are a check of their own; a test file with a wrong type must not keep the portal from starting.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["pg", "pino"],
  images: { unoptimized: true },
  turbopack: { root },
  outputFileTracingRoot: root,
  outputFileTracingExcludes: { "/*": ["./.krdc/**", "./.build/**", "./e2e/**", "./server/launch/samples/**"] },
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

export default createNextIntlPlugin("./server/i18n/request.ts")(config);
