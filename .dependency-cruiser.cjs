/** The house plan. Reads outermost to innermost: app -> components -> server rooms -> drizzle. */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "nothing-imports-app",
      severity: "error",
      from: { pathNot: "^app/" },
      to: { path: "^app/" },
    },
    {
      name: "components-see-server-types-only",
      severity: "error",
      from: { path: "^components/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^(server|drizzle)/", pathNot: "^server/graph/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "graph-is-pure",
      comment: "the graph rules run in the browser too: no node built-ins, no other room",
      severity: "error",
      from: { path: "^server/graph/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^(server/graph/|node_modules/(zod|canonicalize)/)" },
    },
    {
      name: "buildings-meet-only-in-protocol",
      severity: "error",
      from: { path: "^server/(hub|framework|proxy)/" },
      to: { path: "^server/(hub|framework|proxy)/", pathNot: "^server/$1/" },
    },
    {
      name: "foundation-knows-no-building",
      severity: "error",
      from: { path: "^server/(protocol|db|i18n|graph|audit)/|^server/[^/]+\\.ts$" },
      to: { path: "^server/(hub|framework|proxy|cli|launch)/" },
    },
    {
      name: "the-audit-knows-its-own-tables-only",
      comment: "hub and framework share this room, and each has its own database",
      severity: "error",
      from: { path: "^server/audit/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^(app|components|drizzle|server)/",
        pathNot: "^(server/(audit|db|protocol|graph)|drizzle/audit)/|^server/errors\\.ts$",
      },
    },
    {
      name: "shared-repos-are-private",
      comment: "the two buildings take the audit's verbs, never its hands",
      severity: "error",
      from: { pathNot: "^server/audit/" },
      to: { path: "^server/audit/.*\\.repo\\.ts$" },
    },
    {
      name: "rooms-have-walls",
      comment: "repos are private to their room",
      severity: "error",
      from: { path: "^(server/[^/]+/[^/]+)/" },
      to: { path: "\\.repo\\.ts$", pathNot: "^$1/" },
    },
    {
      name: "rules-know-no-hands",
      comment: "a repo is the innermost hand: it calls no verb and no runtime",
      severity: "error",
      from: { path: "\\.repo\\.ts$" },
      to: { path: "^server/framework/(runtime|gateway)/" },
    },
    {
      name: "pages-never-call-repos",
      severity: "error",
      from: { path: "^(app|components)/" },
      to: { path: "\\.repo\\.ts$" },
    },
    {
      name: "only-repos-touch-tables",
      severity: "error",
      from: { path: "^(app|components|server)/", pathNot: "(\\.repo|\\.db\\.test)\\.ts$|^server/db/" },
      to: { path: "^drizzle/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "frameworks-are-reached-by-http-only",
      severity: "error",
      from: { path: "^(app|components|server/(auth|cli|launch))/" },
      to: { path: "^server/(framework|proxy)/" },
    },
    {
      name: "the-proxy-knows-the-protocol-only",
      severity: "error",
      from: { path: "^server/proxy/" },
      to: {
        path: "^(app|components|drizzle|server)/",
        pathNot: "^server/(proxy|protocol|graph)/|^server/(errors|env|failpoint|log)\\.ts$",
      },
    },
    {
      name: "next-stays-at-the-edge",
      severity: "error",
      from: { path: "^server/", pathNot: "^server/(auth|i18n)/" },
      to: { path: "node_modules/(next|next-auth|next-intl|react|react-dom|server-only)/" },
    },
    {
      name: "k8s-client-in-one-place",
      severity: "error",
      from: { pathNot: "^server/framework/runtime/kubernetes/" },
      to: { path: "node_modules/@kubernetes/" },
    },
    {
      name: "no-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(server-only|tailwindcss)$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(\\.next|\\.build|server/launch/samples)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      conditionNames: ["import", "require", "node", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".css"],
    },
  },
};
