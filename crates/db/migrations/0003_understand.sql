-- Understand: labels on words, statements with evidence, recurring patterns, numbers with one definition.

CREATE TABLE codes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  parent_id TEXT,
  name TEXT NOT NULL,
  definition TEXT NOT NULL DEFAULT '',
  include_rule TEXT NOT NULL DEFAULT '',
  exclude_rule TEXT NOT NULL DEFAULT '',
  color TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name),
  FOREIGN KEY (workspace_id, parent_id) REFERENCES codes (workspace_id, id)
);

-- A span of a signal's body or of one transcript passage, in Unicode code points, by one coder.
-- Exactly one of signal_id and interview_id is set.
CREATE TABLE highlights (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  signal_id TEXT,
  interview_id TEXT,
  passage_position BIGINT,
  start_char BIGINT NOT NULL,
  end_char BIGINT NOT NULL,
  quote TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  coder_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, signal_id) REFERENCES signals (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, interview_id) REFERENCES interviews (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, coder_id) REFERENCES memberships (workspace_id, user_id)
);
CREATE INDEX highlights_signal ON highlights (workspace_id, signal_id);
CREATE INDEX highlights_interview ON highlights (workspace_id, interview_id);

CREATE TABLE highlight_codes (
  workspace_id TEXT NOT NULL,
  highlight_id TEXT NOT NULL,
  code_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, highlight_id, code_id),
  FOREIGN KEY (workspace_id, highlight_id) REFERENCES highlights (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, code_id) REFERENCES codes (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX highlight_codes_code ON highlight_codes (workspace_id, code_id);

-- Axes: problem_type (bug, usability, performance, missing_capability, pricing, documentation, onboarding, trust),
-- usage_context and desired_outcome in the team's own words. root_cause_kind: design, onboarding, pricing, documentation, bug, unknown.
-- state: open, merged (into merged_into_id), retired
CREATE TABLE themes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  problem_type TEXT,
  usage_context TEXT NOT NULL DEFAULT '',
  desired_outcome TEXT NOT NULL DEFAULT '',
  root_cause_kind TEXT,
  root_cause TEXT NOT NULL DEFAULT '',
  owner_id TEXT,
  merged_into_id TEXT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id),
  FOREIGN KEY (workspace_id, merged_into_id) REFERENCES themes (workspace_id, id)
);

CREATE TABLE theme_signals (
  workspace_id TEXT NOT NULL,
  theme_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  assigned_by TEXT NOT NULL,
  assigned_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, theme_id, signal_id),
  FOREIGN KEY (workspace_id, theme_id) REFERENCES themes (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, signal_id) REFERENCES signals (workspace_id, id) ON DELETE CASCADE
);

-- What a merge or split moved, so that it can be undone without loss. theme_id received the signals of a merge
-- or gave those of a split; other_id is the theme that was merged away or split off.
CREATE TABLE theme_changes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  theme_id TEXT NOT NULL,
  other_id TEXT NOT NULL,
  detail TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  undone_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, theme_id) REFERENCES themes (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, other_id) REFERENCES themes (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX theme_changes_theme ON theme_changes (workspace_id, theme_id);
CREATE INDEX theme_changes_other ON theme_changes (workspace_id, other_id);

CREATE TABLE insights (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  statement TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  theme_id TEXT,
  segment_id TEXT,
  usage_context TEXT,
  next_step_kind TEXT,
  next_step_note TEXT,
  next_step_owner_id TEXT,
  next_step_due_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, theme_id) REFERENCES themes (workspace_id, id),
  FOREIGN KEY (workspace_id, segment_id) REFERENCES segments (workspace_id, id),
  FOREIGN KEY (workspace_id, next_step_owner_id) REFERENCES memberships (workspace_id, user_id)
);

-- Exactly one of signal_id and highlight_id is set.
CREATE TABLE insight_evidence (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  insight_id TEXT NOT NULL,
  signal_id TEXT,
  highlight_id TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, insight_id, signal_id),
  UNIQUE (workspace_id, insight_id, highlight_id),
  FOREIGN KEY (workspace_id, insight_id) REFERENCES insights (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, signal_id) REFERENCES signals (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, highlight_id) REFERENCES highlights (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX insights_theme ON insights (workspace_id, theme_id);
CREATE INDEX insight_evidence_signal ON insight_evidence (workspace_id, signal_id);

-- One definition per number. kind: nps, pmf, csat (computed from scored signals), count (signals of a theme), manual (typed readings).
CREATE TABLE metrics (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL,
  unit TEXT NOT NULL DEFAULT '',
  direction TEXT NOT NULL DEFAULT 'up',
  definition TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);

CREATE TABLE metric_readings (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  metric_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  low DOUBLE PRECISION,
  high DOUBLE PRECISION,
  n BIGINT,
  note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, metric_id) REFERENCES metrics (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX metric_readings_time ON metric_readings (workspace_id, metric_id, at);

-- What computed metrics read.
CREATE INDEX signals_score ON signals (workspace_id, score_kind, archived_at, occurred_at, score, person_id);
