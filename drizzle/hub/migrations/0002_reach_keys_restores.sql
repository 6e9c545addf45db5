CREATE TABLE "letters" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"id" uuid NOT NULL,
	"from" text NOT NULL,
	"to" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "letters_id_unique" UNIQUE("id")
);
--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "encryption_key" text;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "key_change" jsonb;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "former_keys" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "letters_of_recipient" ON "letters" USING btree ("to","seq");