-- What the senders of events may do here. NULL: no bound.
ALTER TABLE workspaces ADD COLUMN events_per_day_max BIGINT;
ALTER TABLE workspaces ADD COLUMN events_kept_days BIGINT;

-- What arrived in each slot of five minutes. n_late: taken more than an hour after they were done;
-- waited, waited_longest: microseconds from the arrival of a batch until it was on the disk.
CREATE TABLE event_arrivals (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  slot_at BIGINT NOT NULL,
  n_taken BIGINT NOT NULL,
  n_known BIGINT NOT NULL,
  n_rejected BIGINT NOT NULL,
  n_late BIGINT NOT NULL,
  n_batches BIGINT NOT NULL,
  waited BIGINT NOT NULL,
  waited_longest BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, slot_at)
);
