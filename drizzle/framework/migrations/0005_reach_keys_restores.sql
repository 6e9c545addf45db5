CREATE TABLE "restores" (
	"epoch" integer PRIMARY KEY NOT NULL,
	"noticed_at" timestamp with time zone NOT NULL,
	"evidence" jsonb NOT NULL,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "peers" ADD COLUMN "encryption_key" text;--> statement-breakpoint
ALTER TABLE "peers" ADD COLUMN "key_change" jsonb;--> statement-breakpoint
ALTER TABLE "peers" ADD COLUMN "former_keys" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "step_runs" ADD COLUMN "cache_key" text;--> statement-breakpoint
ALTER TABLE "step_runs" ADD COLUMN "cached_from" uuid;--> statement-breakpoint
CREATE INDEX "step_runs_by_cache_key" ON "step_runs" USING btree ("cache_key") WHERE "step_runs"."cache_key" is not null;