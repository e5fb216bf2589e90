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
CREATE INDEX "IX_stage_runs_State_Stage_NextLookAt" ON "stage_runs" ("State", "Stage", "NextLookAt");
