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

-- The weekly summary as it was made, one per week and lens. week: its Monday in the workspace's time zone, such as 2026-03-02.
-- body: JSON; titles and numbers, nothing that a customer said, so that erasing a person leaves no trace here.
CREATE TABLE digests (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  lens TEXT NOT NULL,
  week TEXT NOT NULL,
  period_from BIGINT NOT NULL,
  period_to BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, lens, week)
);

-- What a member wants to get; the lens is that of the membership. mail_since: null without mails.
-- feed_hash: of the secret in the address of the member's own feed; null without one.
CREATE TABLE digest_subscriptions (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  mail_since BIGINT,
  feed_hash TEXT UNIQUE,
  feed_made_at BIGINT,
  PRIMARY KEY (workspace_id, user_id),
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);

-- One row per member and week: the primary key is what makes "once" true.
CREATE TABLE digest_sends (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  week TEXT NOT NULL,
  mail_id TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, user_id, week),
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);
