-- Files of events. log_name: the event store of the node that has the file; rejects: JSON, by reason with how many and a sample.
CREATE TABLE event_imports (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  log_name TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_bytes BIGINT NOT NULL,
  file_format TEXT NOT NULL,
  file_encoding TEXT NOT NULL,
  delimiter TEXT NOT NULL,
  columns TEXT NOT NULL,
  mapping TEXT NOT NULL,
  state TEXT NOT NULL,
  bytes_done BIGINT NOT NULL DEFAULT 0,
  n_rows BIGINT NOT NULL DEFAULT 0,
  n_taken BIGINT NOT NULL DEFAULT 0,
  n_known BIGINT NOT NULL DEFAULT 0,
  n_rejected BIGINT NOT NULL DEFAULT 0,
  n_removed BIGINT NOT NULL DEFAULT 0,
  rejects TEXT NOT NULL DEFAULT '[]',
  error TEXT,
  finished_at BIGINT,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX event_imports_created ON event_imports (workspace_id, created_at, id);
CREATE INDEX event_imports_state ON event_imports (log_name, state);
