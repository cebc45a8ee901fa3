-- Experiment: a test of any kind with a plan that is frozen before it starts.

-- kind: ab, fake_door, interview_round, prototype, before_after; state: planned, running, finished, stopped
-- plan: JSON, the pre-registration; plan_hash: SHA-256 of its canonical form at start
CREATE TABLE experiments (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  bet_id TEXT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  plan TEXT NOT NULL,
  plan_hash TEXT,
  owner_id TEXT,
  state TEXT NOT NULL DEFAULT 'planned',
  started_at BIGINT,
  ended_at BIGINT,
  end_reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, bet_id) REFERENCES bets (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id)
);
CREATE INDEX experiments_bet ON experiments (workspace_id, bet_id);

CREATE TABLE plan_amendments (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  experiment_id TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  before_plan TEXT NOT NULL,
  after_plan TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, experiment_id) REFERENCES experiments (workspace_id, id) ON DELETE CASCADE
);

-- One row per person and experiment: the variant met first, and the metric values, as imported. values_json: {"metric name": number}
-- other_variant is set once the person was seen in a second variant; such people are left out of the sums.
-- import_hash says which file the row came from.
CREATE TABLE experiment_units (
  workspace_id TEXT NOT NULL,
  experiment_id TEXT NOT NULL,
  unit TEXT NOT NULL,
  variant TEXT NOT NULL,
  other_variant TEXT,
  values_json TEXT NOT NULL,
  import_hash TEXT NOT NULL,
  PRIMARY KEY (workspace_id, experiment_id, unit),
  FOREIGN KEY (workspace_id, experiment_id) REFERENCES experiments (workspace_id, id) ON DELETE CASCADE
);

-- What the analysis reads: sums per variant and metric, typed in by hand or added up from experiment_units.
CREATE TABLE experiment_sums (
  workspace_id TEXT NOT NULL,
  experiment_id TEXT NOT NULL,
  variant TEXT NOT NULL,
  metric TEXT NOT NULL,
  n BIGINT NOT NULL,
  total DOUBLE PRECISION NOT NULL,
  total_squares DOUBLE PRECISION NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, experiment_id, variant, metric),
  FOREIGN KEY (workspace_id, experiment_id) REFERENCES experiments (workspace_id, id) ON DELETE CASCADE
);
