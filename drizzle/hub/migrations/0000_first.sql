CREATE TYPE "public"."agreement_state" AS ENUM('REQUESTED', 'APPROVED', 'ACTIVE', 'SUSPENDED', 'REVOKING', 'REVOKED', 'EXPIRED', 'REJECTED');--> statement-breakpoint
CREATE TYPE "public"."cluster_state" AS ENUM('INVITED', 'PENDING', 'ACTIVE', 'SUSPENDED');--> statement-breakpoint
CREATE TYPE "public"."run_summary_state" AS ENUM('SUBMITTING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'REFUSED');--> statement-breakpoint
CREATE TABLE "agreements" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"member_id" uuid NOT NULL,
	"host" text NOT NULL,
	"app" text NOT NULL,
	"state" "agreement_state" DEFAULT 'REQUESTED' NOT NULL,
	"document" jsonb NOT NULL,
	"host_signature" text,
	"hub_signature" text,
	"purpose" text DEFAULT '' NOT NULL,
	"runs_used" integer DEFAULT 0 NOT NULL,
	"revoked_by" text,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "clusters" (
	"name" text PRIMARY KEY NOT NULL,
	"title" jsonb NOT NULL,
	"state" "cluster_state" DEFAULT 'INVITED' NOT NULL,
	"key" jsonb,
	"jkt" text,
	"gateway" text,
	"join_token_hash" text,
	"join_token_expires_at" timestamp with time zone,
	"is_approved_by_operator" boolean DEFAULT false NOT NULL,
	"is_approved_by_hub" boolean DEFAULT false NOT NULL,
	"fingerprint_tries" integer DEFAULT 0 NOT NULL,
	"heartbeat" jsonb,
	"heartbeat_at" timestamp with time zone,
	"invited_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "clusters_jkt_unique" UNIQUE("jkt"),
	CONSTRAINT "clusters_join_token_hash_unique" UNIQUE("join_token_hash")
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "authorizations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"member_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"home" text NOT NULL,
	"workflow_digest" text NOT NULL,
	"steps" jsonb NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "authorizations_run_id_unique" UNIQUE("run_id")
);
--> statement-breakpoint
CREATE TABLE "grants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"authorization_id" uuid NOT NULL,
	"agreement_id" uuid NOT NULL,
	"home" text NOT NULL,
	"host" text NOT NULL,
	"step" text NOT NULL,
	"index" integer NOT NULL,
	"attempt" integer NOT NULL,
	"run_key" text NOT NULL,
	"parameters_hash" text NOT NULL,
	"inputs_hash" text NOT NULL,
	"issued_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"introspected_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "app_versions" (
	"cluster" text NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"digest" text NOT NULL,
	"document" jsonb NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	CONSTRAINT "app_versions_cluster_name_version_pk" PRIMARY KEY("cluster","name","version")
);
--> statement-breakpoint
CREATE TABLE "listings" (
	"cluster" text NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"field" text NOT NULL,
	"licence" text NOT NULL,
	"remote" text NOT NULL,
	"input_types" text[] DEFAULT '{}'::text[] NOT NULL,
	"search_text" text NOT NULL,
	"bigrams" text[] NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "listings_cluster_name_pk" PRIMARY KEY("cluster","name")
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"member_id" uuid NOT NULL,
	"name" text NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_tokens_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"account" text NOT NULL,
	"email" text,
	"name" jsonb NOT NULL,
	"organization_id" text NOT NULL,
	"roles" text[] DEFAULT '{}'::text[] NOT NULL,
	"pseudonym" text NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_pseudonym_unique" UNIQUE("pseudonym")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"token_hash" text NOT NULL,
	"member_id" uuid NOT NULL,
	"sealed_tokens" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "sessions_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "used_proofs" (
	"id" text PRIMARY KEY NOT NULL,
	"forget_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" bigserial NOT NULL,
	"member_id" uuid NOT NULL,
	"home" text NOT NULL,
	"title" jsonb NOT NULL,
	"workflow_id" uuid,
	"workflow_digest" text NOT NULL,
	"clusters" text[] NOT NULL,
	"apps" text[] NOT NULL,
	"state" "run_summary_state" DEFAULT 'SUBMITTING' NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL,
	"steps_done" integer DEFAULT 0 NOT NULL,
	"steps_total" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"refusal" text,
	CONSTRAINT "runs_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "workflow_versions" (
	"workflow_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"document" jsonb NOT NULL,
	"digest" text NOT NULL,
	"published_by" uuid NOT NULL,
	"published_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workflow_versions_workflow_id_version_pk" PRIMARY KEY("workflow_id","version")
);
--> statement-breakpoint
CREATE TABLE "workflows" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" uuid NOT NULL,
	"draft" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"search_text" text NOT NULL,
	"is_template" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "authorizations" ADD CONSTRAINT "authorizations_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_authorization_id_authorizations_id_fk" FOREIGN KEY ("authorization_id") REFERENCES "public"."authorizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app_versions" ADD CONSTRAINT "app_versions_cluster_clusters_name_fk" FOREIGN KEY ("cluster") REFERENCES "public"."clusters"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_home_clusters_name_fk" FOREIGN KEY ("home") REFERENCES "public"."clusters"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workflow_versions" ADD CONSTRAINT "workflow_versions_workflow_id_workflows_id_fk" FOREIGN KEY ("workflow_id") REFERENCES "public"."workflows"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workflows" ADD CONSTRAINT "workflows_owner_id_members_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "agreements_one_open_per_member_and_app" ON "agreements" USING btree ("member_id","host","app") WHERE "agreements"."state" in ('REQUESTED','APPROVED','ACTIVE','SUSPENDED');--> statement-breakpoint
CREATE INDEX "agreements_of_host" ON "agreements" USING btree ("host");--> statement-breakpoint
CREATE INDEX "grants_of_attempt" ON "grants" USING btree ("run_key","attempt");--> statement-breakpoint
CREATE INDEX "grants_of_agreement" ON "grants" USING btree ("agreement_id");--> statement-breakpoint
CREATE INDEX "app_versions_by_digest" ON "app_versions" USING btree ("cluster","name","digest");--> statement-breakpoint
CREATE INDEX "listings_bigrams" ON "listings" USING gin ("bigrams");--> statement-breakpoint
CREATE INDEX "api_tokens_of_member" ON "api_tokens" USING btree ("member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "members_issuer_subject" ON "members" USING btree ("issuer","subject");--> statement-breakpoint
CREATE INDEX "sessions_of_member" ON "sessions" USING btree ("member_id");--> statement-breakpoint
CREATE INDEX "used_proofs_by_time" ON "used_proofs" USING btree ("forget_at");--> statement-breakpoint
CREATE INDEX "runs_of_member" ON "runs" USING btree ("member_id","number");--> statement-breakpoint
CREATE INDEX "runs_by_time" ON "runs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "runs_by_app" ON "runs" USING gin ("apps");--> statement-breakpoint
CREATE INDEX "workflows_by_owner" ON "workflows" USING btree ("owner_id","updated_at");