CREATE TABLE "audit_checkpoints" (
	"chain" text NOT NULL,
	"position" bigint NOT NULL,
	"hash" text NOT NULL,
	"signature" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "audit_checkpoints_chain_position_pk" PRIMARY KEY("chain","position")
);
--> statement-breakpoint
CREATE TABLE "offers" (
	"app" text PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"decided_by" text NOT NULL,
	"decided_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "agreements" ALTER COLUMN "host_signature" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "agreements" ALTER COLUMN "hub_signature" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "proposal" jsonb;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "reserved" jsonb DEFAULT '{"cpuSeconds":0,"gpuSeconds":0,"outputBytes":0}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "used" jsonb DEFAULT '{"cpuSeconds":0,"gpuSeconds":0,"outputBytes":0}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "untold_decision" jsonb;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "decided_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "decided_by" text;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "ordinal" bigserial NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "position" bigint;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "hosted_runs" ADD COLUMN "reserved" jsonb DEFAULT '{"cpuSeconds":0,"gpuSeconds":0,"outputBytes":0}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "hosted_runs" ADD COLUMN "lease_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "peers" ADD COLUMN "suspended_by_hub_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "remote_attempts" ADD COLUMN "reported_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "audit_entries_unchained" ON "audit_entries" USING btree ("ordinal") WHERE "audit_entries"."position" is null;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_position_unique" UNIQUE("position");--> statement-breakpoint
UPDATE "agreements" SET "state" = 'EXPIRED' WHERE "document"->>'schema' = 'krdc.agreement/v1' AND "state" = 'ACTIVE';
