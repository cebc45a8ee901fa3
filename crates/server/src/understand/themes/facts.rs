//! The signals of one theme without their words, read in one pass, and everything that its page adds up from them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use heedful_db::listen::accounts::{self, Account};
use heedful_db::understand::theme_numbers::{self, Fact, Quote, Stake};
use heedful_db::{Conn, Micros, WorkspaceId};

use crate::platform::error::Result;
use crate::platform::periods::Period;

#[derive(Default)]
pub struct Facts {
    /// The newest signal first; the rows of one signal stand together.
    rows: Vec<Fact>,
    /// Those that the signals speak for.
    accounts: HashMap<String, Account>,
}

impl Facts {
    pub async fn read(conn: &mut Conn, ws: &WorkspaceId, theme_id: &str) -> Result<Self> {
        let rows = theme_numbers::list_facts(conn, ws, theme_id).await?;
        let ids: BTreeSet<&str> = rows.iter().filter_map(|row| row.account_id.as_deref()).collect();
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        Ok(Self::new(rows, accounts::list_by_ids(conn, ws, &ids).await?))
    }

    fn new(mut rows: Vec<Fact>, accounts: Vec<Account>) -> Self {
        rows.sort_unstable_by(|a, b| (b.occurred_at, &b.signal_id).cmp(&(a.occurred_at, &a.signal_id)));
        Self { rows, accounts: accounts.into_iter().map(|account| (account.id.clone(), account)).collect() }
    }

    /// When each signal was said, the newest first.
    pub fn times(&self) -> impl Iterator<Item = Micros> {
        self.signals().map(|rows| rows[0].occurred_at)
    }

    pub fn stake(&self) -> Stake {
        let live = self.live_accounts();
        let priced = live.iter().filter_map(|(account, _)| account.revenue_cents);
        Stake {
            n_accounts: count(live.len()),
            n_unpriced: count(live.len() - priced.clone().count()),
            revenue_cents: priced.sum(),
            ..Stake::default()
        }
    }

    /// How many signals were said in each of the periods.
    pub fn count_by_period(&self, periods: &[Period]) -> Vec<i64> {
        let mut counts = vec![0; periods.len()];
        for at in self.times() {
            let next = periods.partition_point(|period| period.from <= at);
            if let Some(index) = next.checked_sub(1).filter(|index| at < periods[*index].to) {
                counts[index] += 1;
            }
        }
        counts
    }

    /// Accounts with the number of their signals, those that pay most first.
    pub fn accounts(&self, limit: usize) -> Vec<(&Account, i64)> {
        let mut live = self.live_accounts();
        live.sort_by_key(|(account, n)| {
            (Reverse(account.revenue_cents.unwrap_or(0)), Reverse(*n), &account.name, &account.id)
        });
        live.truncate(limit);
        live
    }

    /// Signals by segment; empty for those without one.
    pub fn segments(&self, limit: usize) -> Vec<(String, i64)> {
        largest(self.signals().map(|rows| rows[0].segment_id.as_deref().unwrap_or_default()), limit)
    }

    /// Signals by plan of the accounts they speak for, once for each; empty for those without one.
    pub fn plans(&self, limit: usize) -> Vec<(String, i64)> {
        let plan =
            |row: &Fact| self.account(row).and_then(|account| account.plan.as_deref()).unwrap_or_default();
        let plans = self.signals().flat_map(|rows| rows.iter().map(plan).collect::<BTreeSet<&str>>());
        largest(plans, limit)
    }

    /// The newest signals that have words.
    pub async fn quotes(&self, conn: &mut Conn, ws: &WorkspaceId, limit: usize) -> Result<Vec<Quote>> {
        let ids: Vec<String> = self.signals().map(|rows| rows[0].signal_id.clone()).collect();
        let mut quotes = Vec::new();
        for ids in ids.chunks(limit) {
            let mut read = theme_numbers::list_quotes(conn, ws, ids).await?;
            read.sort_by(|a, b| (b.occurred_at, &b.signal_id).cmp(&(a.occurred_at, &a.signal_id)));
            quotes.append(&mut read);
            if quotes.len() >= limit {
                break;
            }
        }
        quotes.truncate(limit);
        Ok(quotes)
    }

    fn signals(&self) -> impl Iterator<Item = &[Fact]> {
        self.rows.chunk_by(|a, b| a.signal_id == b.signal_id)
    }

    fn account(&self, row: &Fact) -> Option<&Account> {
        self.accounts.get(row.account_id.as_deref()?)
    }

    fn live_accounts(&self) -> Vec<(&Account, i64)> {
        let mut n_signals: HashMap<&str, (&Account, i64)> = HashMap::new();
        for account in self.rows.iter().filter_map(|row| self.account(row)) {
            if account.archived_at.is_none() {
                n_signals.entry(&account.id).or_insert((account, 0)).1 += 1;
            }
        }
        n_signals.into_values().collect()
    }
}

/// How often each value comes, the most frequent first.
fn largest<'a>(values: impl Iterator<Item = &'a str>, limit: usize) -> Vec<(String, i64)> {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<(&str, i64)> = counts.into_iter().collect();
    counts.sort_by_key(|(value, n)| (Reverse(*n), *value));
    counts.into_iter().take(limit).map(|(value, n)| (value.to_owned(), n)).collect()
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signal `a` of an archived account, `b` of nobody known, and `c`, said last, of a person in two accounts.
    fn facts() -> Facts {
        let fact = |signal: &str, occurred_at, segment: Option<&str>, account: Option<&str>| Fact {
            signal_id: signal.to_owned(),
            occurred_at,
            segment_id: segment.map(str::to_owned),
            account_id: account.map(str::to_owned),
        };
        let account = |id: &str, plan: &str, revenue_cents, archived_at| Account {
            id: id.to_owned(),
            name: id.to_owned(),
            plan: Some(plan.to_owned()),
            revenue_cents,
            archived_at,
            ..Account::default()
        };
        let rows = vec![
            fact("a", 10, Some("new"), Some("gone")),
            fact("c", 30, None, Some("rich")),
            fact("b", 20, None, None),
            fact("c", 30, None, Some("free")),
        ];
        let accounts = vec![
            account("gone", "pro", Some(5), Some(1)),
            account("free", "pro", None, None),
            account("rich", "pro", Some(700), None),
        ];
        Facts::new(rows, accounts)
    }

    #[test]
    fn a_signal_of_two_accounts_counts_once() {
        let facts = facts();
        assert_eq!(facts.times().collect::<Vec<_>>(), [30, 20, 10]);
        assert_eq!(facts.segments(9), [(String::new(), 2), ("new".to_owned(), 1)]);
        assert_eq!(facts.plans(9), [("pro".to_owned(), 2), (String::new(), 1)]);
        assert_eq!(facts.plans(1), [("pro".to_owned(), 2)]);
    }

    #[test]
    fn archived_accounts_are_not_at_stake() {
        let facts = facts();
        let named: Vec<(&str, i64)> =
            facts.accounts(9).into_iter().map(|(account, n)| (account.name.as_str(), n)).collect();
        assert_eq!(named, [("rich", 1), ("free", 1)]);
        let stake = facts.stake();
        assert_eq!((stake.n_accounts, stake.n_unpriced, stake.revenue_cents), (2, 1, 700));
    }

    #[test]
    fn a_period_ends_before_its_end() {
        let periods = [Period { from: 10, to: 20 }, Period { from: 20, to: 30 }];
        assert_eq!(facts().count_by_period(&periods), [1, 1]);
        assert_eq!(facts().count_by_period(&[]), [0; 0]);
    }
}
