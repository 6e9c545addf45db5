/**
 * @typedef {{ file: string, old: string, broken: string }} Patch the text must stand in the file exactly once
 * @typedef {{ name: string, patches: Patch[], tests: string, title: string }} Variant `title` is part of the promise that it breaks
 */

const framework = (path) => `server/framework/${path}`;

/** Builds that are wrong on purpose, each with the one promise that must notice. @type {Variant[]} */
export const variants = [
  {
    name: "the host begins again what vanished",
    patches: [
      {
        file: framework("execution/run-execution.ts"),
        old: 'if (execution.state === "RUNNING") return finish',
        broken: "if (execution.state === undefined) return finish",
      },
    ],
    tests: framework("hosting/one-start.db.test.ts"),
    title: "vanished without a trace is lost",
  },
  {
    name: "home begins another attempt of what its host does not know",
    patches: [
      {
        file: framework("exchange/tell-hosts.ts"),
        old: 'moveRemote(ctx, row, () => ({ waiting: { code: "hosted_run.not_found", detail: { host: row.host } } }));',
        broken: 'settleRemote(ctx, row, { outcome: "LOST_ON_HOST", reason: null });',
      },
      {
        file: framework("exchange/tell-hosts.ts"),
        old: "import { applyAnswer, keepLateReceipt, moveRemote }",
        broken: "import { applyAnswer, keepLateReceipt, settleRemote }",
      },
    ],
    tests: framework("exchange/shuffled.db.test.ts"),
    title: "does not know any more is shown so",
  },
  {
    name: "a redeemed grant is not remembered",
    patches: [
      {
        file: framework("hosting/accept-hosted-run.ts"),
        old: "if (!isFirst) throw",
        broken: "if (isFirst === undefined) throw",
      },
    ],
    tests: framework("gateway/door-permission.db.test.ts"),
    title: "a redeemed grant opens the door for nothing else",
  },
  {
    name: "the lease is ignored",
    patches: [
      {
        file: framework("hosting/due-end.ts"),
        old: "row.leaseUntil === null || row.leaseUntil <= now;",
        broken: "row.leaseUntil === null && now.getTime() < 0;",
      },
    ],
    tests: framework("hosting/clocks.db.test.ts"),
    title: "a queued run never starts after its lease",
  },
  {
    name: "a start holds none of the locks that a revocation takes",
    patches: [
      {
        file: framework("agreements/use-agreement.ts"),
        old: "  lockAgreement(ctx.db, id);\n\n",
        broken: "  selectAgreement(ctx.db, id);\n\n",
      },
      {
        file: framework("hosting/end-hosted-runs.ts"),
        old: "  const row = await lockHostedRun(ctx.db, key);\n  return agreement",
        broken: "  const row = await selectHostedRun(ctx.db, key);\n  return agreement",
      },
      {
        file: framework("hosting/own-hosted-runs.ts"),
        old: "const row = await lockHostedRun(db, keyOf(execution));",
        broken: "const row = undefined;",
      },
      {
        file: framework("execution/executions.repo.ts"),
        old: 'isNull(executions.stopReason)))\n    .for("update");',
        broken: "isNull(executions.stopReason)));",
      },
    ],
    tests: framework("hosting/one-start.db.test.ts"),
    title: "a revocation waits for a start",
  },
  {
    name: "the door does not know what it answered before",
    patches: [{ file: framework("gateway/routes.ts"), old: "      answerKnownRun,\n", broken: "" }],
    tests: framework("gateway/acceptance.db.test.ts"),
    title: "also when its grant has expired",
  },
  {
    name: "another attempt is let in while the last one lives",
    patches: [
      {
        file: framework("hosting/hosted-run.ts"),
        old: "newest === undefined || newest.outcome !== null;",
        broken: "newest === undefined || newest.outcome !== undefined;",
      },
    ],
    tests: framework("gateway/acceptance.db.test.ts"),
    title: "a newer attempt waits for the end of the older one",
  },
  {
    name: "what is set aside is reckoned without the agreement's lock",
    patches: [
      {
        file: framework("agreements/use-agreement.ts"),
        old: "agreement: await lockAgreement(ctx.db, wanted.id)",
        broken: "agreement: await selectAgreement(ctx.db, wanted.id)",
      },
    ],
    tests: framework("agreements/budgets.db.test.ts"),
    title: "fifty accepts of two homes at once",
  },
  {
    name: "an agreement is used without looking at its signatures",
    patches: [
      {
        file: framework("agreements/use-agreement.ts"),
        old: "  await verifyBothSignatures(ctx, agreement);\n",
        broken: "  if (asked.app === undefined) await verifyBothSignatures(ctx, agreement);\n",
      },
    ],
    tests: framework("gateway/door-permission.db.test.ts"),
    title: "one that only the hub signed",
  },
  {
    name: "a grant may be used with any key",
    patches: [{ file: framework("gateway/routes.ts"), old: "      grantBoundToProof,\n", broken: "" }],
    tests: framework("gateway/door-proof.db.test.ts"),
    title: "bound to another key",
  },
  {
    name: "a receipt is taken whatever it is about",
    patches: [
      {
        file: framework("transfers/verified-receipt.ts"),
        old: "if (read.data[name as keyof Receipt] !== value)",
        broken: "if (read.data[name as keyof Receipt] === undefined)",
      },
    ],
    tests: framework("transfers/verified-receipt.db.test.ts"),
    title: "is no result of ours",
  },
  {
    name: "a hosted run's outcome may be written again",
    patches: [
      {
        file: framework("hosting/hosted-runs.repo.ts"),
        old: "change.outcome === undefined ? undefined : isNull(hostedRuns.outcome);",
        broken: "change.outcome === undefined ? undefined : undefined;",
      },
    ],
    tests: framework("moves.db.test.ts"),
    title: "an outcome changes: refused",
  },
  {
    name: "home applies older word of a host",
    patches: [
      {
        file: framework("exchange/remote-attempt.ts"),
        old: "if (answer.seq < row.hostSeq) return seen;",
        broken: "if (answer.seq < 0) return seen;",
      },
      {
        file: framework("exchange/remote-attempt.ts"),
        old: "if (answer.seq <= row.hostSeq && !isHeard) return undefined;",
        broken: "if (answer.seq < 0 && !isHeard) return undefined;",
      },
      {
        file: framework("exchange/remote-attempt.ts"),
        old: 'if (row.state === "FETCHING" || !mayMove("remoteAttempt", row.state, told)) return noted;',
        broken: "if (mayMove === undefined) return noted;",
      },
    ],
    tests: "e2e/model/model.test.ts",
    title: "both sides come to the same end",
  },
  {
    name: "a proxy cancels what it does not know to have arrived",
    patches: [
      {
        file: "server/proxy/next-step.ts",
        old: 'if (view.submission !== "accepted") return "submit";',
        broken: 'if (view.submission !== "accepted") return view.isCancelRequested ? "cancel" : "submit";',
      },
    ],
    tests: "server/proxy/next-step.test.ts",
    title: "a cancel never guesses",
  },
  {
    name: "the host does not remember which attempts it has",
    patches: [
      {
        file: framework("hosting/hosted-run.ts"),
        old: 'if (own) return own.requestHash === call.requestHash ? "known" : "hosted_run.other_request";',
        broken: 'if (own?.attempt === 0) return "known";',
      },
    ],
    tests: "e2e/model/model.test.ts",
    title: "both sides come to the same end",
  },
];
