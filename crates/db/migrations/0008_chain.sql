-- The chain: every cause-and-consequence link between two objects, read from where it is kept, never stored twice.
-- A missing link is told by COALESCE and not by IS NOT NULL: SQLite would take the latter for a range worth looking up in
-- an index, in place of the look-up by id that a hop needs.
CREATE VIEW chain_edges AS
  SELECT workspace_id, 'person' AS cause_kind, person_id AS cause_id, 'signal' AS effect_kind, id AS effect_id FROM signals WHERE COALESCE(person_id, '') <> ''
  UNION ALL SELECT workspace_id, 'account', account_id, 'signal', id FROM signals WHERE COALESCE(account_id, '') <> ''
  UNION ALL SELECT workspace_id, 'survey', survey_id, 'response', id FROM responses
  UNION ALL SELECT workspace_id, 'response', response_id, 'signal', id FROM signals WHERE COALESCE(response_id, '') <> ''
  UNION ALL SELECT workspace_id, 'signal', signal_id, 'theme', theme_id FROM theme_signals
  UNION ALL SELECT workspace_id, 'theme', id, 'theme', merged_into_id FROM themes WHERE COALESCE(merged_into_id, '') <> ''
  UNION ALL SELECT workspace_id, 'signal', signal_id, 'insight', insight_id FROM insight_evidence WHERE COALESCE(signal_id, '') <> ''
  UNION ALL SELECT workspace_id, 'signal', signal_id, 'highlight', id FROM highlights WHERE COALESCE(signal_id, '') <> ''
  UNION ALL SELECT workspace_id, 'interview', interview_id, 'highlight', id FROM highlights WHERE COALESCE(interview_id, '') <> ''
  UNION ALL SELECT workspace_id, 'highlight', highlight_id, 'insight', insight_id FROM insight_evidence WHERE COALESCE(highlight_id, '') <> ''
  UNION ALL SELECT workspace_id, 'person', person_id, 'interview', id FROM interviews WHERE COALESCE(person_id, '') <> ''
  UNION ALL SELECT workspace_id, 'insight', id, 'theme', theme_id FROM insights WHERE COALESCE(theme_id, '') <> ''
  UNION ALL SELECT workspace_id, 'theme', theme_id, 'opportunity', opportunity_id FROM opportunity_themes
  UNION ALL SELECT workspace_id, 'objective', objective_id, 'opportunity', id FROM opportunities
  UNION ALL SELECT workspace_id, 'opportunity', opportunity_id, 'hypothesis', id FROM hypotheses WHERE COALESCE(opportunity_id, '') <> ''
  UNION ALL SELECT workspace_id, 'signal', signal_id, 'hypothesis', hypothesis_id FROM evidence WHERE COALESCE(signal_id, '') <> ''
  UNION ALL SELECT workspace_id, 'insight', insight_id, 'hypothesis', hypothesis_id FROM evidence WHERE COALESCE(insight_id, '') <> ''
  UNION ALL SELECT workspace_id, 'theme', theme_id, 'hypothesis', hypothesis_id FROM evidence WHERE COALESCE(theme_id, '') <> ''
  UNION ALL SELECT workspace_id, 'metric', metric_id, 'hypothesis', hypothesis_id FROM evidence WHERE COALESCE(metric_id, '') <> ''
  UNION ALL SELECT workspace_id, 'experiment', experiment_id, 'hypothesis', hypothesis_id FROM evidence WHERE COALESCE(experiment_id, '') <> ''
  UNION ALL SELECT workspace_id, 'metric', metric_id, 'objective', id FROM objectives WHERE COALESCE(metric_id, '') <> ''
  UNION ALL SELECT workspace_id, 'hypothesis', hypothesis_id, 'bet', id FROM bets
  UNION ALL SELECT workspace_id, 'bet', bet_id, 'experiment', id FROM experiments
  UNION ALL SELECT workspace_id, 'experiment', experiment_id, 'decision', id FROM decisions WHERE COALESCE(experiment_id, '') <> ''
  UNION ALL SELECT workspace_id, 'bet', bet_id, 'decision', id FROM decisions WHERE COALESCE(bet_id, '') <> ''
  UNION ALL SELECT workspace_id, 'hypothesis', hypothesis_id, 'decision', id FROM decisions WHERE COALESCE(hypothesis_id, '') <> ''
  UNION ALL SELECT workspace_id, 'firing', rule_firing_id, 'decision', id FROM decisions WHERE COALESCE(rule_firing_id, '') <> ''
  UNION ALL SELECT workspace_id, 'rule', rule_id, 'firing', id FROM rule_firings
  UNION ALL SELECT workspace_id, 'theme', theme_id, 'rule', id FROM rules WHERE COALESCE(theme_id, '') <> ''
  UNION ALL SELECT workspace_id, 'metric', metric_id, 'rule', id FROM rules WHERE COALESCE(metric_id, '') <> ''
  UNION ALL SELECT workspace_id, kind, object_id, 'decision', decision_id FROM decision_evidence
  UNION ALL SELECT workspace_id, 'decision', decision_id, 'action', id FROM actions WHERE COALESCE(decision_id, '') <> ''
  UNION ALL SELECT workspace_id, 'hypothesis', hypothesis_id, 'action', id FROM actions WHERE COALESCE(hypothesis_id, '') <> ''
  UNION ALL SELECT workspace_id, 'metric', metric_id, 'action', id FROM actions WHERE COALESCE(metric_id, '') <> ''
  UNION ALL SELECT workspace_id, 'review', review_id, 'action', id FROM actions WHERE COALESCE(review_id, '') <> ''
  UNION ALL SELECT workspace_id, 'decision', decision_id, 'outcome', id FROM outcomes
  UNION ALL SELECT workspace_id, 'outcome', outcome_id, 'critique', id FROM critiques WHERE state <> 'hidden'
  UNION ALL SELECT workspace_id, 'outcome', outcome_id, 'person', person_id FROM outcome_notices;

-- Each hop of the chain, in either direction, is a look-up in an index. Those of link tables hold the other end too:
-- otherwise SQLite prefers to walk the workspace's part of the primary key, which does.
CREATE INDEX chain_insight_evidence_highlight ON insight_evidence (workspace_id, highlight_id, insight_id);
CREATE INDEX chain_insight_evidence_signal ON insight_evidence (workspace_id, signal_id, insight_id);
CREATE INDEX chain_theme_signals_signal ON theme_signals (workspace_id, signal_id, theme_id);
CREATE INDEX chain_opportunity_themes_theme ON opportunity_themes (workspace_id, theme_id, opportunity_id);
CREATE INDEX chain_interviews_person ON interviews (workspace_id, person_id);
CREATE INDEX chain_insights_theme ON insights (workspace_id, theme_id);
CREATE INDEX chain_themes_merged_into ON themes (workspace_id, merged_into_id);
CREATE INDEX chain_objectives_metric ON objectives (workspace_id, metric_id);
CREATE INDEX chain_opportunities_objective ON opportunities (workspace_id, objective_id);
CREATE INDEX chain_hypotheses_opportunity ON hypotheses (workspace_id, opportunity_id);
CREATE INDEX chain_evidence_insight ON evidence (workspace_id, insight_id);
CREATE INDEX chain_evidence_theme ON evidence (workspace_id, theme_id);
CREATE INDEX chain_evidence_metric ON evidence (workspace_id, metric_id);
CREATE INDEX chain_evidence_experiment ON evidence (workspace_id, experiment_id);
CREATE INDEX chain_rules_theme ON rules (workspace_id, theme_id);
CREATE INDEX chain_rules_metric ON rules (workspace_id, metric_id);
CREATE INDEX chain_rule_firings_rule ON rule_firings (workspace_id, rule_id);
CREATE INDEX chain_decisions_rule_firing ON decisions (workspace_id, rule_firing_id);
CREATE INDEX chain_decisions_bet ON decisions (workspace_id, bet_id);
CREATE INDEX chain_decisions_experiment ON decisions (workspace_id, experiment_id);
CREATE INDEX chain_decisions_hypothesis ON decisions (workspace_id, hypothesis_id);
CREATE INDEX chain_actions_decision ON actions (workspace_id, decision_id);
CREATE INDEX chain_actions_hypothesis ON actions (workspace_id, hypothesis_id);
CREATE INDEX chain_actions_metric ON actions (workspace_id, metric_id);
CREATE INDEX chain_actions_review ON actions (workspace_id, review_id);
CREATE INDEX chain_outcomes_decision ON outcomes (workspace_id, decision_id);
CREATE INDEX chain_outcome_notices_person ON outcome_notices (workspace_id, person_id, outcome_id);
