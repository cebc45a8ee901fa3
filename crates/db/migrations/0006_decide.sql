-- Decide: thresholds agreed beforehand, verdicts, what is done about them, and the rhythm.

-- kind: signal_count (theme, segment, window) or metric_threshold (metric); op: ge, gt, le, lt
-- count_of says what a signal_count counts: signals, people or accounts. crossed: whether the value was beyond the
-- threshold when last evaluated; a rule fires when this turns from 0 to 1.
CREATE TABLE rules (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  theme_id TEXT,
  segment_id TEXT,
  metric_id TEXT,
  count_of TEXT NOT NULL DEFAULT 'signals',
  op TEXT NOT NULL,
  threshold DOUBLE PRECISION NOT NULL,
  window_days BIGINT,
  owner_id TEXT,
  enabled BIGINT NOT NULL DEFAULT 1,
  crossed BIGINT NOT NULL DEFAULT 0,
  last_value DOUBLE PRECISION,
  evaluated_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, theme_id) REFERENCES themes (workspace_id, id),
  FOREIGN KEY (workspace_id, segment_id) REFERENCES segments (workspace_id, id),
  FOREIGN KEY (workspace_id, metric_id) REFERENCES metrics (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id)
);

CREATE TABLE rule_firings (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  fired_at BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  handled_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, rule_id) REFERENCES rules (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX rule_firings_time ON rule_firings (workspace_id, fired_at);

-- options and dissent: JSON lists. verdict: null while open, else persevere, pivot, stop, extend
CREATE TABLE decisions (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  question TEXT NOT NULL,
  options TEXT NOT NULL DEFAULT '[]',
  rule_text TEXT NOT NULL DEFAULT '',
  rule_firing_id TEXT,
  bet_id TEXT,
  experiment_id TEXT,
  hypothesis_id TEXT,
  verdict TEXT,
  conclusive BIGINT,
  why TEXT NOT NULL DEFAULT '',
  dissent TEXT NOT NULL DEFAULT '[]',
  owner_id TEXT,
  due_at BIGINT,
  decided_at BIGINT,
  review_at BIGINT,
  reopened_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, rule_firing_id) REFERENCES rule_firings (workspace_id, id),
  FOREIGN KEY (workspace_id, bet_id) REFERENCES bets (workspace_id, id),
  FOREIGN KEY (workspace_id, experiment_id) REFERENCES experiments (workspace_id, id),
  FOREIGN KEY (workspace_id, hypothesis_id) REFERENCES hypotheses (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id)
);

-- What a decision rests on. kind and object_id name an object of this or an earlier stage; one column for all kinds, so
-- that the server checks that it exists.
CREATE TABLE decision_evidence (
  workspace_id TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, decision_id, kind, object_id),
  FOREIGN KEY (workspace_id, decision_id) REFERENCES decisions (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX decision_evidence_object ON decision_evidence (workspace_id, kind, object_id, decision_id);

-- agenda: JSON list of items as generated; minutes: JSON list, one entry per item walked. state: open, closed
CREATE TABLE reviews (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'weekly',
  period_from BIGINT NOT NULL,
  period_to BIGINT NOT NULL,
  agenda TEXT NOT NULL,
  minutes TEXT NOT NULL DEFAULT '[]',
  summary TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'open',
  started_by TEXT NOT NULL,
  closed_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, started_by) REFERENCES memberships (workspace_id, user_id)
);
CREATE INDEX reviews_time ON reviews (workspace_id, period_to);

CREATE TABLE actions (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  title TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  owner_id TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  decision_id TEXT,
  hypothesis_id TEXT,
  metric_id TEXT,
  review_id TEXT,
  done_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id),
  FOREIGN KEY (workspace_id, decision_id) REFERENCES decisions (workspace_id, id),
  FOREIGN KEY (workspace_id, hypothesis_id) REFERENCES hypotheses (workspace_id, id),
  FOREIGN KEY (workspace_id, metric_id) REFERENCES metrics (workspace_id, id),
  FOREIGN KEY (workspace_id, review_id) REFERENCES reviews (workspace_id, id)
);
CREATE INDEX actions_due ON actions (workspace_id, done_at, due_at);
