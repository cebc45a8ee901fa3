-- Other nodes ask for what was linked since they asked before.
CREATE INDEX distinct_ids_linked ON distinct_ids (linked_at);
