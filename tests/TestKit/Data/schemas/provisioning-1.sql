CREATE TABLE "leases" (
    "LeaseId" TEXT NOT NULL CONSTRAINT "PK_leases" PRIMARY KEY,
    "JobId" TEXT NOT NULL,
    "Attempt" INTEGER NOT NULL,
    "Fence" INTEGER NOT NULL,
    "Provider" TEXT NOT NULL,
    "State" TEXT NOT NULL,
    "HourlyPrice" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "RequestedAt" TEXT NOT NULL,
    "ReleasedAt" TEXT NULL
);
CREATE TABLE "stage_runs" (
    "JobId" TEXT NOT NULL,
    "Stage" TEXT NOT NULL,
    "Attempt" INTEGER NOT NULL,
    "State" TEXT NOT NULL,
    "Command" TEXT NULL,
    "Fence" INTEGER NOT NULL,
    "Owner" TEXT NULL,
    "ClaimedUntil" INTEGER NULL,
    "NextLookAt" INTEGER NOT NULL,
    "Handle" TEXT NULL,
    "OutcomeType" TEXT NULL,
    "Outcome" TEXT NULL,
    "Published" INTEGER NOT NULL,
    "Tries" INTEGER NOT NULL,
    CONSTRAINT "PK_stage_runs" PRIMARY KEY ("JobId", "Stage", "Attempt")
);
CREATE TABLE "ledger" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ledger" PRIMARY KEY AUTOINCREMENT,
    "LeaseId" TEXT NOT NULL,
    "JobId" TEXT NOT NULL,
    "State" TEXT NOT NULL,
    "Held" TEXT NOT NULL,
    "Charged" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "From" TEXT NOT NULL,
    "Until" TEXT NULL,
    CONSTRAINT "FK_ledger_leases_LeaseId" FOREIGN KEY ("LeaseId") REFERENCES "leases" ("LeaseId") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "one_live_lease_per_job" ON "leases" ("JobId") WHERE "State" IN ('Requested', 'Active');
CREATE INDEX "IX_ledger_LeaseId" ON "ledger" ("LeaseId");
CREATE INDEX "IX_stage_runs_State_Stage_NextLookAt" ON "stage_runs" ("State", "Stage", "NextLookAt");
