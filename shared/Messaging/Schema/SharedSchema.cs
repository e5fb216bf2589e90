namespace FineTunePipeline.Messaging.Schema;

/// <summary>Changes of the tables that every service's database has.</summary>
internal static class SharedSchema
{
    public const string Part = "messaging";

    public static IReadOnlyList<SchemaStep> Steps { get; } =
    [
        new("inbox and outbox", """
            CREATE TABLE "inbox" (
                "ConsumerId" TEXT NOT NULL,
                "MessageId" TEXT NOT NULL,
                "JobId" TEXT NULL,
                "ConsumedAt" INTEGER NOT NULL,
                CONSTRAINT "PK_inbox" PRIMARY KEY ("ConsumerId", "MessageId"));
            CREATE INDEX "IX_inbox_ConsumedAt" ON "inbox" ("ConsumedAt");
            CREATE TABLE "outbox" (
                "Seq" INTEGER NOT NULL CONSTRAINT "PK_outbox" PRIMARY KEY AUTOINCREMENT,
                "MessageId" TEXT NOT NULL,
                "JobId" TEXT NULL,
                "CorrelationId" TEXT NULL,
                "ConversationId" TEXT NULL,
                "InitiatorId" TEXT NULL,
                "RequestId" TEXT NULL,
                "Destination" TEXT NOT NULL,
                "ContentType" TEXT NOT NULL,
                "MessageTypes" TEXT NOT NULL,
                "Body" TEXT NOT NULL,
                "Headers" TEXT NULL,
                "Properties" TEXT NULL,
                "DueAt" INTEGER NOT NULL,
                "Token" TEXT NULL,
                "Claim" TEXT NULL,
                "ClaimedUntil" INTEGER NOT NULL,
                "Failures" INTEGER NOT NULL,
                "SentAt" INTEGER NULL,
                "DeadAt" INTEGER NULL);
            CREATE INDEX "outbox_job" ON "outbox" ("JobId");
            CREATE INDEX "outbox_token" ON "outbox" ("Token") WHERE "Token" IS NOT NULL;
            CREATE INDEX "outbox_waiting" ON "outbox" ("DueAt") WHERE "SentAt" IS NULL AND "DeadAt" IS NULL;
            """),

        // Outcomes that were stored and not yet published are brought about once more: a runner finds its work done, and the event goes by the outbox.
        new("outcomes leave by the outbox", """
            UPDATE "stage_runs" SET "State" = CASE "State" WHEN 'Finished' THEN 'Open' ELSE 'Closing' END, "Outcome" = NULL, "OutcomeType" = NULL,
                "Owner" = NULL, "ClaimedUntil" = NULL, "NextLookAt" = 0
                WHERE "State" IN ('Finished', 'Closed') AND "Outcome" IS NOT NULL AND "Published" = 0;
            ALTER TABLE "stage_runs" DROP COLUMN "Published";
            """),
        new(
            "stage runs know when they came",
            """ALTER TABLE "stage_runs" ADD COLUMN "AcceptedAt" INTEGER NULL;""",
            """ALTER TABLE stage_runs ADD COLUMN "AcceptedAt" bigint NULL;"""),
        new(
            "stage runs count their claims",
            """ALTER TABLE "stage_runs" ADD COLUMN "Entries" INTEGER NOT NULL DEFAULT 0;""",
            """ALTER TABLE stage_runs ADD COLUMN "Entries" integer NOT NULL DEFAULT 0;"""),
        new(
            "stage runs that end and keep what they reached",
            """ALTER TABLE "stage_runs" ADD COLUMN "KeepProgress" INTEGER NOT NULL DEFAULT 0;""",
            """ALTER TABLE stage_runs ADD COLUMN "KeepProgress" boolean NOT NULL DEFAULT FALSE;"""),
    ];
}
