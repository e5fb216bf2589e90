CREATE TABLE "served_models" (
    "JobId" TEXT NOT NULL CONSTRAINT "PK_served_models" PRIMARY KEY,
    "Attempt" INTEGER NOT NULL,
    "Generation" INTEGER NOT NULL,
    "State" TEXT NOT NULL,
    "ModelName" TEXT NOT NULL,
    "Sha256" TEXT NOT NULL,
    "Port" INTEGER NOT NULL,
    "MachineId" TEXT NOT NULL,
    "Failures" INTEGER NOT NULL,
    "NotBefore" INTEGER NOT NULL
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
CREATE INDEX "IX_stage_runs_State_Stage_NextLookAt" ON "stage_runs" ("State", "Stage", "NextLookAt");
