-- Bet: what we want, what we believe, why, and the small reversible change that tests it.

CREATE TABLE objectives (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  quarter TEXT NOT NULL DEFAULT '',
  owner_id TEXT,
  metric_id TEXT,
  target DOUBLE PRECISION,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id),
  FOREIGN KEY (workspace_id, metric_id) REFERENCES metrics (workspace_id, id)
);

CREATE TABLE opportunities (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  objective_id TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, objective_id) REFERENCES objectives (workspace_id, id)
);

CREATE TABLE opportunity_themes (
  workspace_id TEXT NOT NULL,
  opportunity_id TEXT NOT NULL,
  theme_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, opportunity_id, theme_id),
  FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, theme_id) REFERENCES themes (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX opportunity_themes_theme ON opportunity_themes (workspace_id, theme_id);

-- guardrails: JSON list of {"metric_id","worst"}; effect_kind: absolute or relative
-- decision_rule: JSON {"confirmed","refuted","inconclusive"}: what we do in each case. state: draft, open, confirmed, refuted, expired
CREATE TABLE hypotheses (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  opportunity_id TEXT,
  title TEXT NOT NULL,
  population TEXT NOT NULL DEFAULT '',
  change TEXT NOT NULL DEFAULT '',
  mechanism TEXT NOT NULL DEFAULT '',
  metric_id TEXT,
  smallest_effect DOUBLE PRECISION,
  effect_kind TEXT NOT NULL DEFAULT 'absolute',
  guardrails TEXT NOT NULL DEFAULT '[]',
  decision_rule TEXT NOT NULL DEFAULT '{}',
  required_strength TEXT NOT NULL DEFAULT 'observed_behaviour',
  expires_at BIGINT,
  owner_id TEXT,
  state TEXT NOT NULL DEFAULT 'draft',
  confidence_override DOUBLE PRECISION,
  confidence_note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id),
  FOREIGN KEY (workspace_id, metric_id) REFERENCES metrics (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id)
);

-- Exactly one of signal_id, insight_id, theme_id, metric_id and experiment_id is set; direction: for, against.
-- strength: opinion, stated_behaviour, observed_behaviour, commitment, randomised
-- experiment_id has no foreign key here because experiments come later in the loop; a later migration's table holds it.
CREATE TABLE evidence (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  hypothesis_id TEXT NOT NULL,
  signal_id TEXT,
  insight_id TEXT,
  theme_id TEXT,
  metric_id TEXT,
  experiment_id TEXT,
  direction TEXT NOT NULL,
  strength TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  added_by TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, hypothesis_id, signal_id),
  UNIQUE (workspace_id, hypothesis_id, insight_id),
  UNIQUE (workspace_id, hypothesis_id, theme_id),
  UNIQUE (workspace_id, hypothesis_id, metric_id),
  UNIQUE (workspace_id, hypothesis_id, experiment_id),
  FOREIGN KEY (workspace_id, hypothesis_id) REFERENCES hypotheses (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, signal_id) REFERENCES signals (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, insight_id) REFERENCES insights (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, theme_id) REFERENCES themes (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, metric_id) REFERENCES metrics (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX evidence_signal ON evidence (workspace_id, signal_id);

-- state: backlog, scoring, ready, running, decided, dropped; forecast: probability 0–1 that the threshold is met
CREATE TABLE bets (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  hypothesis_id TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  owner_id TEXT,
  appetite_days BIGINT,
  undo_step TEXT NOT NULL DEFAULT '',
  undo_tried_at BIGINT,
  forecast DOUBLE PRECISION,
  forecast_by TEXT,
  state TEXT NOT NULL DEFAULT 'backlog',
  started_at BIGINT,
  ended_at BIGINT,
  expires_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, hypothesis_id) REFERENCES hypotheses (workspace_id, id),
  FOREIGN KEY (workspace_id, owner_id) REFERENCES memberships (workspace_id, user_id)
);
CREATE INDEX bets_hypothesis ON bets (workspace_id, hypothesis_id);

-- Who was asked to score; impact, confidence and ease (1–10) are null until they have. Hidden until all have scored.
CREATE TABLE bet_scores (
  workspace_id TEXT NOT NULL,
  bet_id TEXT NOT NULL,
  scorer_id TEXT NOT NULL,
  impact BIGINT,
  confidence BIGINT,
  ease BIGINT,
  note TEXT NOT NULL DEFAULT '',
  scored_at BIGINT,
  PRIMARY KEY (workspace_id, bet_id, scorer_id),
  FOREIGN KEY (workspace_id, bet_id) REFERENCES bets (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, scorer_id) REFERENCES memberships (workspace_id, user_id)
);
