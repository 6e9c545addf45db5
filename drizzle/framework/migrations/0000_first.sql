CREATE TYPE "public"."build_state" AS ENUM('QUEUED', 'BUILDING', 'PROBING', 'READY', 'FAILED');--> statement-breakpoint
CREATE TYPE "public"."image_state" AS ENUM('READY', 'PUBLISHED', 'WITHDRAWN');--> statement-breakpoint
CREATE TYPE "public"."execution_state" AS ENUM('QUEUED', 'STARTING', 'RUNNING', 'ENDED');--> statement-breakpoint
CREATE TYPE "public"."remote_attempt_state" AS ENUM('WAITING_GRANT', 'SUBMITTING', 'REMOTE_QUEUED', 'REMOTE_RUNNING', 'FETCHING', 'ENDED');--> statement-breakpoint
CREATE TYPE "public"."run_state" AS ENUM('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');--> statement-breakpoint
CREATE TYPE "public"."step_run_state" AS ENUM('WAITING', 'READY', 'RUNNING', 'WAITING_GRANT', 'WAITING_CONSENT', 'SUBMITTING', 'REMOTE_QUEUED', 'REMOTE_RUNNING', 'UNREACHABLE', 'FETCHING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED', 'CACHED');--> statement-breakpoint
CREATE TABLE "builds" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"built_by" text NOT NULL,
	"source_sha256" text NOT NULL,
	"state" "build_state" DEFAULT 'QUEUED' NOT NULL,
	"digest" text,
	"reason" jsonb,
	"created_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"wake_at" timestamp with time zone,
	"fence" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "images" (
	"digest" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"document" jsonb NOT NULL,
	"command" text[] NOT NULL,
	"source_sha256" text NOT NULL,
	"state" "image_state" DEFAULT 'READY' NOT NULL,
	"built_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"published_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "executions" (
	"name" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"run_key" text NOT NULL,
	"attempt" integer NOT NULL,
	"step_run_id" uuid,
	"home" text,
	"digest" text,
	"parameters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"limits" jsonb NOT NULL,
	"state" "execution_state" DEFAULT 'QUEUED' NOT NULL,
	"stop_reason" text,
	"outcome" text,
	"reason" jsonb,
	"exit_code" integer,
	"outputs" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"log_bytes" bigint DEFAULT 0 NOT NULL,
	"cpu_seconds" double precision DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"wake_at" timestamp with time zone,
	"fence" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "agreements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"app" text NOT NULL,
	"document" jsonb NOT NULL,
	"host_signature" text NOT NULL,
	"hub_signature" text NOT NULL,
	"state" text DEFAULT 'ACTIVE' NOT NULL,
	"runs_used" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hosted_runs" (
	"home" text NOT NULL,
	"run_key" text NOT NULL,
	"attempt" integer NOT NULL,
	"request" jsonb NOT NULL,
	"request_hash" text NOT NULL,
	"grant_id" uuid NOT NULL,
	"agreement_id" uuid NOT NULL,
	"user_pseudonym" text NOT NULL,
	"execution_name" text NOT NULL,
	"state" text DEFAULT 'RECEIVED' NOT NULL,
	"outcome" text,
	"reason" text,
	"exit_code" integer,
	"receipt" text,
	"seq" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"acked_at" timestamp with time zone,
	CONSTRAINT "hosted_runs_home_run_key_attempt_pk" PRIMARY KEY("home","run_key","attempt")
);
--> statement-breakpoint
CREATE TABLE "peers" (
	"name" text PRIMARY KEY NOT NULL,
	"jkt" text NOT NULL,
	"key" jsonb NOT NULL,
	"gateway" text NOT NULL,
	"event_seq" integer DEFAULT 0 NOT NULL,
	"cursor" integer DEFAULT 0 NOT NULL,
	"accepted_at" timestamp with time zone NOT NULL,
	"suspended_at" timestamp with time zone,
	CONSTRAINT "peers_jkt_unique" UNIQUE("jkt")
);
--> statement-breakpoint
CREATE TABLE "redeemed_grants" (
	"jti" uuid PRIMARY KEY NOT NULL,
	"home" text NOT NULL,
	"run_key" text NOT NULL,
	"attempt" integer NOT NULL,
	"redeemed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "remote_attempts" (
	"run_key" text NOT NULL,
	"attempt" integer NOT NULL,
	"step_run_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"host" text NOT NULL,
	"request" jsonb NOT NULL,
	"authorization_id" uuid NOT NULL,
	"agreement_id" uuid NOT NULL,
	"state" "remote_attempt_state" DEFAULT 'WAITING_GRANT' NOT NULL,
	"grant" text,
	"grant_id" uuid,
	"grant_expires_at" timestamp with time zone,
	"host_seq" integer DEFAULT -1 NOT NULL,
	"host_state" text,
	"outcome" text,
	"reason" jsonb,
	"waiting" jsonb,
	"exit_code" integer,
	"receipt" text,
	"bytes_in" bigint DEFAULT 0 NOT NULL,
	"bytes_out" bigint DEFAULT 0 NOT NULL,
	"log_bytes" bigint DEFAULT 0 NOT NULL,
	"proxy_name" text NOT NULL,
	"proxy_count" integer DEFAULT 1 NOT NULL,
	"proxy_token" text NOT NULL,
	"cancel_requested_at" timestamp with time zone,
	"unreachable_since" timestamp with time zone,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "remote_attempts_run_key_attempt_pk" PRIMARY KEY("run_key","attempt")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" integer NOT NULL,
	"owner" text NOT NULL,
	"user" jsonb NOT NULL,
	"submission" jsonb NOT NULL,
	"submission_hash" text NOT NULL,
	"salt" text NOT NULL,
	"state" "run_state" DEFAULT 'QUEUED' NOT NULL,
	"reason" jsonb,
	"is_cancel_requested" boolean DEFAULT false NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL,
	"reported_seq" integer DEFAULT -1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "step_runs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"run_id" uuid NOT NULL,
	"step" text NOT NULL,
	"index" integer DEFAULT 0 NOT NULL,
	"is_scattered" boolean DEFAULT false NOT NULL,
	"state" "step_run_state" DEFAULT 'WAITING' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"counted_attempts" integer DEFAULT 0 NOT NULL,
	"end" text,
	"exit_code" integer,
	"reason" jsonb,
	"parameters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"outputs" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"log_bytes" integer DEFAULT 0 NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL,
	"ready_at" timestamp with time zone,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"wake_at" timestamp with time zone,
	"fence" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "artifact_owners" (
	"sha256" text NOT NULL,
	"owner" text NOT NULL,
	CONSTRAINT "artifact_owners_sha256_owner_pk" PRIMARY KEY("sha256","owner")
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"sha256" text PRIMARY KEY NOT NULL,
	"size_bytes" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "hosted_runs" ADD CONSTRAINT "hosted_runs_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "step_runs" ADD CONSTRAINT "step_runs_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact_owners" ADD CONSTRAINT "artifact_owners_sha256_artifacts_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."artifacts"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "builds_awake" ON "builds" USING btree ("wake_at") WHERE "builds"."wake_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "images_one_per_version" ON "images" USING btree ("name","version");--> statement-breakpoint
CREATE INDEX "executions_awake" ON "executions" USING btree ("wake_at") WHERE "executions"."wake_at" is not null;--> statement-breakpoint
CREATE INDEX "executions_live" ON "executions" USING btree ("kind") WHERE "executions"."state" <> 'ENDED';--> statement-breakpoint
CREATE INDEX "hosted_runs_by_seq" ON "hosted_runs" USING btree ("home","seq");--> statement-breakpoint
CREATE INDEX "hosted_runs_live" ON "hosted_runs" USING btree ("agreement_id") WHERE "hosted_runs"."outcome" is null;--> statement-breakpoint
CREATE INDEX "remote_attempts_of_host" ON "remote_attempts" USING btree ("host","state");--> statement-breakpoint
CREATE INDEX "remote_attempts_of_step" ON "remote_attempts" USING btree ("step_run_id");--> statement-breakpoint
CREATE INDEX "runs_of_owner" ON "runs" USING btree ("owner");--> statement-breakpoint
CREATE INDEX "runs_unreported" ON "runs" USING btree ("id") WHERE "runs"."reported_seq" < "runs"."seq";--> statement-breakpoint
CREATE UNIQUE INDEX "step_runs_one_per_instance" ON "step_runs" USING btree ("run_id","step","index");--> statement-breakpoint
CREATE INDEX "step_runs_awake" ON "step_runs" USING btree ("wake_at") WHERE "step_runs"."wake_at" is not null;