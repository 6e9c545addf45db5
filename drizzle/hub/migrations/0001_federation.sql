CREATE TABLE "audit_checkpoints" (
	"chain" text NOT NULL,
	"position" bigint NOT NULL,
	"hash" text NOT NULL,
	"signature" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "audit_checkpoints_chain_position_pk" PRIMARY KEY("chain","position")
);
--> statement-breakpoint
CREATE TABLE "usage_entries" (
	"run_key" text NOT NULL,
	"attempt" integer NOT NULL,
	"grant_id" uuid NOT NULL,
	"agreement_id" uuid NOT NULL,
	"home" text NOT NULL,
	"host" text NOT NULL,
	"outcome" text NOT NULL,
	"cpu_seconds" double precision NOT NULL,
	"gpu_seconds" double precision NOT NULL,
	"output_bytes" bigint NOT NULL,
	"receipt" text NOT NULL,
	"ended_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "usage_entries_run_key_attempt_pk" PRIMARY KEY("run_key","attempt")
);
--> statement-breakpoint
ALTER TABLE "audit_entries" ALTER COLUMN "at" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "delivered_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "refusal" text;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "suspended_reason" text;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "ordinal" bigserial NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "position" bigint;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "closed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "usage_entries" ADD CONSTRAINT "usage_entries_grant_id_grants_id_fk" FOREIGN KEY ("grant_id") REFERENCES "public"."grants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_entries" ADD CONSTRAINT "usage_entries_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "usage_entries_of_agreement" ON "usage_entries" USING btree ("agreement_id");--> statement-breakpoint
CREATE INDEX "audit_entries_unchained" ON "audit_entries" USING btree ("ordinal") WHERE "audit_entries"."position" is null;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_position_unique" UNIQUE("position");--> statement-breakpoint
UPDATE "agreements" SET "state" = 'EXPIRED', "ended_at" = now() WHERE "document"->>'schema' = 'krdc.agreement/v1' AND "state" IN ('REQUESTED', 'APPROVED', 'ACTIVE', 'SUSPENDED');
