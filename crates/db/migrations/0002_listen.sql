-- Listen: who speaks, through which source, and what they said.

-- revenue_cents: annual recurring revenue in the currency of the workspace.
-- import_id, here and on people: the import that added the row, so that undoing it finds what nobody else spoke of since.
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
  import_id TEXT,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, external_id)
);
CREATE INDEX accounts_name ON accounts (workspace_id, name);
CREATE INDEX accounts_live ON accounts (workspace_id, archived_at, id);
CREATE INDEX accounts_import ON accounts (workspace_id, import_id);

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
  import_id TEXT,
  merged_into_id TEXT,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, external_id),
  UNIQUE (workspace_id, email),
  FOREIGN KEY (workspace_id, merged_into_id) REFERENCES people (workspace_id, id)
);
CREATE INDEX people_import ON people (workspace_id, import_id);
CREATE INDEX people_merged ON people (workspace_id, merged_into_id);
CREATE INDEX people_live ON people (workspace_id, archived_at, id);

CREATE TABLE account_people (
  workspace_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, person_id, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES accounts (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX account_people_account ON account_people (workspace_id, account_id, person_id);

-- Two records of one human made one. What moved is kept, so that it can be undone without loss;
-- kept_before and merged_before: JSON, how both stood.
CREATE TABLE person_merges (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  kept_id TEXT NOT NULL,
  merged_id TEXT NOT NULL,
  kept_before TEXT NOT NULL,
  merged_before TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  undone_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, kept_id) REFERENCES people (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, merged_id) REFERENCES people (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX person_merges_kept ON person_merges (workspace_id, kept_id);
CREATE INDEX person_merges_merged ON person_merges (workspace_id, merged_id);

-- kind: signal, response, interview, notice (of an outcome) or account (a membership)
CREATE TABLE person_merge_moves (
  workspace_id TEXT NOT NULL,
  merge_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, merge_id, kind, object_id),
  FOREIGN KEY (workspace_id, merge_id) REFERENCES person_merges (workspace_id, id) ON DELETE CASCADE
);

-- rule: {"all":[{"on","field","op","value"}…]} over people and accounts.
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

-- Who is in a segment: what its rule says, written out, so that filters and counts are plain joins.
CREATE TABLE segment_people (
  workspace_id TEXT NOT NULL,
  segment_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, segment_id, person_id),
  FOREIGN KEY (workspace_id, segment_id) REFERENCES segments (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX segment_people_person ON segment_people (workspace_id, person_id);

CREATE TABLE segment_accounts (
  workspace_id TEXT NOT NULL,
  segment_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, segment_id, account_id),
  FOREIGN KEY (workspace_id, segment_id) REFERENCES segments (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, account_id) REFERENCES accounts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX segment_accounts_account ON segment_accounts (workspace_id, account_id);

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
-- state: uploading, previewed, queued, running, cancelling, cancelled, done, undoing, undone
-- columns: JSON list of names; n_rows: rows read so far; bytes_done of file_bytes: how far the job is.
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
  file_bytes BIGINT NOT NULL DEFAULT 0,
  delimiter TEXT NOT NULL DEFAULT ',',
  columns TEXT NOT NULL DEFAULT '[]',
  mapping TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL,
  bytes_done BIGINT NOT NULL DEFAULT 0,
  n_rows BIGINT NOT NULL DEFAULT 0,
  n_created BIGINT NOT NULL DEFAULT 0,
  n_unchanged BIGINT NOT NULL DEFAULT 0,
  n_refused BIGINT NOT NULL DEFAULT 0,
  n_removed BIGINT NOT NULL DEFAULT 0,
  n_kept BIGINT NOT NULL DEFAULT 0,
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

-- kind: nps, pmf, open. question is the main one; follow_ups a JSON list of further ones, each with its own id.
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
  asker TEXT NOT NULL,
  intro TEXT NOT NULL DEFAULT '',
  thanks TEXT NOT NULL DEFAULT '',
  question TEXT NOT NULL,
  follow_ups TEXT NOT NULL DEFAULT '[]',
  consent_text TEXT NOT NULL DEFAULT '',
  keep_months BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'draft',
  opened_at BIGINT,
  closed_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id)
);

-- answers: {"main": text, question id: text or choice}; a score stands in score as well.
-- external_id is the id of the form that was sent: the same form counts once, however often it arrives.
-- keep_until is what the person was promised when they answered; words_removed_at says that it was kept.
CREATE TABLE responses (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  survey_id TEXT NOT NULL,
  survey_version BIGINT NOT NULL,
  external_id TEXT NOT NULL,
  person_id TEXT,
  answers TEXT NOT NULL,
  score DOUBLE PRECISION,
  complete BIGINT NOT NULL,
  may_show TEXT NOT NULL DEFAULT 'team',
  page_url TEXT,
  reference TEXT,
  withdrawal_hash TEXT,
  keep_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  words_removed_at BIGINT,
  withdrawn_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, survey_id, external_id),
  FOREIGN KEY (workspace_id, survey_id) REFERENCES surveys (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id)
);
CREATE INDEX responses_survey ON responses (workspace_id, survey_id, created_at, id);
CREATE INDEX responses_person ON responses (workspace_id, person_id);
CREATE INDEX responses_keep ON responses (workspace_id, keep_until);

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
-- Each list has an index that finds its rows and gives their order: SQLite, which keeps no statistics here, would
-- otherwise walk through all signals by time. Their last columns let totals be counted without reading a single row.
CREATE INDEX signals_time ON signals (workspace_id, archived_at, occurred_at, id, next_step_kind);
CREATE INDEX signals_person ON signals (workspace_id, person_id, archived_at, occurred_at, id, account_id);
CREATE INDEX signals_account ON signals (workspace_id, account_id, archived_at, occurred_at, id, person_id);
CREATE INDEX signals_source ON signals (workspace_id, source_id, archived_at, occurred_at, id);
CREATE INDEX signals_import ON signals (workspace_id, import_id, archived_at, occurred_at, id);
-- What the numbers of themes need of a signal, without its words.
CREATE INDEX signals_facts ON signals (workspace_id, id, archived_at, occurred_at, segment_id, person_id, account_id);
CREATE INDEX signals_response ON signals (workspace_id, response_id);

-- Which account a signal speaks for: the one it names, or, when it names none, those of its person.
CREATE VIEW account_signals AS
  SELECT workspace_id, account_id, id AS signal_id, occurred_at FROM signals
    WHERE account_id IS NOT NULL AND archived_at IS NULL
  UNION ALL SELECT s.workspace_id, ap.account_id, s.id, s.occurred_at FROM signals s
    JOIN account_people ap ON ap.workspace_id = s.workspace_id AND ap.person_id = s.person_id
    WHERE s.account_id IS NULL AND s.archived_at IS NULL;

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
