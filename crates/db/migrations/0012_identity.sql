-- By what senders of events know people. anchor: the distinct id that stands for this one in the event store, for good;
-- is_identified: 1 when a sender said that this is who somebody is.
CREATE TABLE distinct_ids (
  workspace_id TEXT NOT NULL,
  distinct_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  anchor TEXT NOT NULL,
  is_identified BIGINT NOT NULL DEFAULT 0,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, distinct_id),
  FOREIGN KEY (workspace_id, person_id) REFERENCES people (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX distinct_ids_person ON distinct_ids (workspace_id, person_id);

-- Up to where in the log of each event store it is known here what events tell of people.
CREATE TABLE event_places (
  log_name TEXT NOT NULL PRIMARY KEY,
  heard_before BIGINT NOT NULL
);
