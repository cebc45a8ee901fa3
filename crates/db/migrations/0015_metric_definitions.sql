-- What a metric was made of, version by version: numbers of the past can be told by the definition of their time.
ALTER TABLE metrics ADD COLUMN definition_version BIGINT NOT NULL DEFAULT 1;

CREATE TABLE metric_definitions (
  workspace_id TEXT NOT NULL,
  metric_id TEXT NOT NULL,
  definition_version BIGINT NOT NULL,
  definition TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT,
  PRIMARY KEY (workspace_id, metric_id, definition_version),
  FOREIGN KEY (workspace_id, metric_id) REFERENCES metrics (workspace_id, id) ON DELETE CASCADE
);
INSERT INTO metric_definitions (workspace_id, metric_id, definition_version, definition, created_at, created_by)
SELECT workspace_id, id, 1, definition, created_at, NULL FROM metrics;
