import pino from "pino";

/** JSON lines on standard output; names that may carry secrets are never written. */
export const log = pino({
  level: "info",
  serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
  redact: {
    paths: ["*.authorization", "*.token", "*.secret", "*.password", "*.grant", "headers.dpop", "headers.cookie"],
    censor: "[redacted]",
  },
  timestamp: pino.stdTimeFunctions.isoTime,
});
export type Log = typeof log;
