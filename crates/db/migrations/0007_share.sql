-- Share: what was learned, told to the team, to invited people, to everyone, and to those who gave the feedback.

-- audience: team, link, public; slug is the unguessable part of the address. said, tried, learned, did: plain words.
-- quotes: JSON list of signal ids shown; state: draft, published
CREATE TABLE outcomes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  slug TEXT NOT NULL UNIQUE,
  decision_id TEXT NOT NULL,
  title TEXT NOT NULL,
  said TEXT NOT NULL DEFAULT '',
  tried TEXT NOT NULL DEFAULT '',
  learned TEXT NOT NULL DEFAULT '',
  did TEXT NOT NULL DEFAULT '',
  quotes TEXT NOT NULL DEFAULT '[]',
  audience TEXT NOT NULL DEFAULT 'team',
  state TEXT NOT NULL DEFAULT 'draft',
  published_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, decision_id) REFERENCES decisions (workspace_id, id)
);

-- kind: method, data, interpretation, missing_group; state: pending, published, hidden; answer_kind: answered, accepted
CREATE TABLE critiques (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  outcome_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  author_name TEXT NOT NULL DEFAULT '',
  author_email TEXT,
  state TEXT NOT NULL DEFAULT 'pending',
  answer_kind TEXT,
  answer TEXT NOT NULL DEFAULT '',
  answered_by TEXT,
  answered_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, outcome_id) REFERENCES outcomes (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX critiques_outcome ON critiques (workspace_id, outcome_id);

-- One row per person told about an outcome: the primary key is what makes "never twice" true.
CREATE TABLE outcome_notices (
  workspace_id TEXT NOT NULL,
  outcome_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  mail_id TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, outcome_id, person_id),
  FOREIGN KEY (workspace_id, outcome_id) REFERENCES outcomes (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id) ON DELETE CASCADE
);

-- The weekly summary as it was made, one per week and lens.
CREATE TABLE digests (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  lens TEXT NOT NULL,
  period_from BIGINT NOT NULL,
  period_to BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, lens, period_from)
);

CREATE TABLE digest_subscriptions (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  lens TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, user_id),
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);
