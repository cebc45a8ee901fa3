-- How often anything was changed: what is kept of a long answer is good while this stands still, on every node.
CREATE TABLE change_count (
  id BIGINT NOT NULL PRIMARY KEY,
  n BIGINT NOT NULL
);
