-- The chain: every cause-and-consequence link between two objects, read from where it is kept, never stored twice.
CREATE VIEW chain_edges AS
  SELECT workspace_id, 'person' AS cause_kind, person_id AS cause_id, 'signal' AS effect_kind, id AS effect_id FROM signals WHERE person_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'signal', signal_id, 'theme', theme_id FROM theme_signals
  UNION ALL SELECT workspace_id, 'signal', signal_id, 'insight', insight_id FROM insight_evidence WHERE signal_id IS NOT NULL
  UNION ALL SELECT e.workspace_id, 'signal', h.signal_id, 'insight', e.insight_id FROM insight_evidence e
    JOIN highlights h ON h.workspace_id = e.workspace_id AND h.id = e.highlight_id WHERE h.signal_id IS NOT NULL
  UNION ALL SELECT e.workspace_id, 'interview', h.interview_id, 'insight', e.insight_id FROM insight_evidence e
    JOIN highlights h ON h.workspace_id = e.workspace_id AND h.id = e.highlight_id WHERE h.interview_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'person', person_id, 'interview', id FROM interviews WHERE person_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'insight', id, 'theme', theme_id FROM insights WHERE theme_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'theme', theme_id, 'opportunity', opportunity_id FROM opportunity_themes
  UNION ALL SELECT workspace_id, 'objective', objective_id, 'opportunity', id FROM opportunities
  UNION ALL SELECT workspace_id, 'opportunity', opportunity_id, 'hypothesis', id FROM hypotheses WHERE opportunity_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'signal', signal_id, 'hypothesis', hypothesis_id FROM evidence WHERE signal_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'insight', insight_id, 'hypothesis', hypothesis_id FROM evidence WHERE insight_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'theme', theme_id, 'hypothesis', hypothesis_id FROM evidence WHERE theme_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'metric', metric_id, 'hypothesis', hypothesis_id FROM evidence WHERE metric_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'hypothesis', hypothesis_id, 'bet', id FROM bets
  UNION ALL SELECT workspace_id, 'bet', bet_id, 'experiment', id FROM experiments
  UNION ALL SELECT workspace_id, 'experiment', experiment_id, 'decision', id FROM decisions WHERE experiment_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'bet', bet_id, 'decision', id FROM decisions WHERE bet_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'hypothesis', hypothesis_id, 'decision', id FROM decisions WHERE hypothesis_id IS NOT NULL
  UNION ALL SELECT f.workspace_id, 'rule', f.rule_id, 'decision', d.id FROM decisions d
    JOIN rule_firings f ON f.workspace_id = d.workspace_id AND f.id = d.rule_firing_id
  UNION ALL SELECT workspace_id, 'theme', theme_id, 'rule', id FROM rules WHERE theme_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'decision', decision_id, 'action', id FROM actions WHERE decision_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'hypothesis', hypothesis_id, 'action', id FROM actions WHERE hypothesis_id IS NOT NULL
  UNION ALL SELECT workspace_id, 'decision', decision_id, 'outcome', id FROM outcomes
  UNION ALL SELECT workspace_id, 'outcome', outcome_id, 'person', person_id FROM outcome_notices;
