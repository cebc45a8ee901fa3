-- With these keys programs send events. They stand in web pages and shipped apps, so they are no secrets.
CREATE TABLE capture_keys (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  capture_key TEXT NOT NULL UNIQUE,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, created_by) REFERENCES memberships (workspace_id, user_id)
);

-- Events that were sent and not taken, added up by day (midnight UTC), protocol and reason; sample: the newest of them, cut off.
CREATE TABLE event_rejects (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  day_at BIGINT NOT NULL,
  protocol TEXT NOT NULL,
  reason TEXT NOT NULL,
  n_events BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  sample TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, day_at, protocol, reason)
);
CREATE INDEX event_rejects_last ON event_rejects (workspace_id, last_at, id);
