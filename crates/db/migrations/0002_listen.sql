-- Listen: who speaks, through which source, and what they said.

CREATE TABLE accounts (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  external_id TEXT,
  name TEXT NOT NULL,
  plan TEXT,
  revenue_cents BIGINT,
  traits TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, external_id)
);
CREATE INDEX accounts_name ON accounts (workspace_id, name);

CREATE TABLE people (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  external_id TEXT,
  email TEXT,
  name TEXT NOT NULL DEFAULT '',
  traits TEXT NOT NULL DEFAULT '{}',
  unsubscribed_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, external_id),
  UNIQUE (workspace_id, email)
);

CREATE TABLE account_people (
  workspace_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, person_id, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES accounts (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX account_people_account ON account_people (workspace_id, account_id);

-- rule: {"all":[{"field","op","value"}…]} over traits of people and accounts.
CREATE TABLE segments (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  rule TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);

-- kind: survey, portal, interview, usability_test, import, api, inbox
CREATE TABLE sources (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);

-- An upload on its way into signals: kept with its mapping and report, so that it can be checked and undone.
-- state: previewed, queued, running, done, failed, undoing, undone
CREATE TABLE imports (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  created_by TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_format TEXT NOT NULL,
  file_encoding TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  mapping TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL,
  n_rows BIGINT NOT NULL DEFAULT 0,
  n_created BIGINT NOT NULL DEFAULT 0,
  n_unchanged BIGINT NOT NULL DEFAULT 0,
  n_refused BIGINT NOT NULL DEFAULT 0,
  error TEXT,
  finished_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id),
  FOREIGN KEY (workspace_id, created_by) REFERENCES memberships (workspace_id, user_id)
);

-- The uploaded bytes, in bounded pieces, until the import is done.
CREATE TABLE import_chunks (
  workspace_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (workspace_id, import_id, position),
  FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE import_refusals (
  workspace_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  row_number BIGINT NOT NULL,
  field TEXT NOT NULL,
  reason TEXT NOT NULL,
  row_text TEXT NOT NULL,
  PRIMARY KEY (workspace_id, import_id, row_number),
  FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id) ON DELETE CASCADE
);

-- questions: JSON list; kind of survey: nps, pmf, open
-- state: draft, live, closed. public_key is the unguessable part of the hosted page's address.
CREATE TABLE surveys (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  public_key TEXT NOT NULL UNIQUE,
  source_id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  intro TEXT NOT NULL DEFAULT '',
  thanks TEXT NOT NULL DEFAULT '',
  questions TEXT NOT NULL,
  consent_text TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'draft',
  opened_at BIGINT,
  closed_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id)
);

CREATE TABLE responses (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  survey_id TEXT NOT NULL,
  survey_version BIGINT NOT NULL,
  person_id TEXT,
  answers TEXT NOT NULL,
  score DOUBLE PRECISION,
  complete BIGINT NOT NULL,
  may_show TEXT NOT NULL DEFAULT 'team',
  page_url TEXT,
  withdrawal_hash TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, survey_id) REFERENCES surveys (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id)
);
CREATE INDEX responses_survey ON responses (workspace_id, survey_id, created_at);
CREATE INDEX responses_person ON responses (workspace_id, person_id);

-- score_kind: nps (0–10), pmf (0 not, 1 somewhat, 2 very disappointed), csat (1–5), rating (1–5)
-- may_show: who may see the words as a quote: team, link (people invited to an outcome), public
-- next_step_kind: ask_more, theme, hypothesis, fix_now, no_action
CREATE TABLE signals (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  source_id TEXT NOT NULL,
  external_id TEXT,
  import_id TEXT,
  response_id TEXT,
  person_id TEXT,
  account_id TEXT,
  body TEXT NOT NULL,
  language TEXT,
  score DOUBLE PRECISION,
  score_kind TEXT,
  sentiment DOUBLE PRECISION,
  occurred_at BIGINT NOT NULL,
  page_url TEXT,
  app_version TEXT,
  context TEXT NOT NULL DEFAULT '{}',
  usage_context TEXT,
  segment_id TEXT,
  assignee_id TEXT,
  next_step_kind TEXT,
  next_step_note TEXT,
  next_step_owner_id TEXT,
  next_step_due_at BIGINT,
  may_show TEXT NOT NULL DEFAULT 'team',
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, source_id, external_id),
  FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id),
  FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id),
  FOREIGN KEY (workspace_id, response_id) REFERENCES responses (workspace_id, id),
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES accounts (workspace_id, id),
  FOREIGN KEY (workspace_id, segment_id) REFERENCES segments (workspace_id, id),
  FOREIGN KEY (workspace_id, assignee_id) REFERENCES memberships (workspace_id, user_id),
  FOREIGN KEY (workspace_id, next_step_owner_id) REFERENCES memberships (workspace_id, user_id)
);
-- With archived_at inside, a list's total is counted without reading a single row.
CREATE INDEX signals_time ON signals (workspace_id, archived_at, occurred_at, id);
CREATE INDEX signals_person ON signals (workspace_id, person_id, occurred_at);
CREATE INDEX signals_account ON signals (workspace_id, account_id, occurred_at);
CREATE INDEX signals_source ON signals (workspace_id, source_id, archived_at, occurred_at, id);
CREATE INDEX signals_import ON signals (workspace_id, import_id);
CREATE INDEX signals_response ON signals (workspace_id, response_id);

CREATE TABLE signal_tags (
  workspace_id TEXT NOT NULL,
  signal_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (workspace_id, signal_id, tag),
  FOREIGN KEY (workspace_id, signal_id) REFERENCES signals (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX signal_tags_tag ON signal_tags (workspace_id, tag, signal_id);

-- Interviews and usability tests: one transcript each. consent says where the words may be shown.
CREATE TABLE interviews (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  source_id TEXT NOT NULL,
  title TEXT NOT NULL,
  person_id TEXT,
  held_at BIGINT NOT NULL,
  notes TEXT NOT NULL DEFAULT '',
  may_show TEXT NOT NULL DEFAULT 'team',
  transcript_format TEXT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id),
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id)
);

CREATE TABLE transcript_passages (
  workspace_id TEXT NOT NULL,
  interview_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  speaker TEXT NOT NULL DEFAULT '',
  start_ms BIGINT,
  end_ms BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace_id, interview_id, position),
  FOREIGN KEY (workspace_id, interview_id) REFERENCES interviews (workspace_id, id) ON DELETE CASCADE
);
