-- Keys that were replaced before clusters kept their former ones stood in the audit only.
UPDATE "clusters" SET "former_keys" = (
  SELECT jsonb_agg(jsonb_build_object(
    'jkt', e."detail"->>'jkt',
    'key', e."detail"->'key',
    'until', to_char(e."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  ) ORDER BY e."at")
  FROM "audit_entries" e
  WHERE e."action" = 'cluster.replace' AND e."subject" = "clusters"."name" AND e."detail" ? 'jkt' AND e."detail" ? 'key'
)
WHERE "former_keys" = '[]'::jsonb AND EXISTS (
  SELECT 1 FROM "audit_entries" e
  WHERE e."action" = 'cluster.replace' AND e."subject" = "clusters"."name" AND e."detail" ? 'jkt' AND e."detail" ? 'key'
);
