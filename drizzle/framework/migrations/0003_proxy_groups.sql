ALTER TABLE "executions" ADD COLUMN "host" text;--> statement-breakpoint
ALTER TABLE "remote_attempts" ADD COLUMN "proxy_group" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "remote_attempts_of_proxy" ON "remote_attempts" USING btree ("proxy_group");--> statement-breakpoint
UPDATE "remote_attempts" SET "proxy_group" = regexp_replace("proxy_name", '-[0-9]+$', '');--> statement-breakpoint
UPDATE "executions" SET "host" = (SELECT "host" FROM "remote_attempts" WHERE "proxy_name" = "executions"."name" LIMIT 1) WHERE "kind" = 'proxy';
