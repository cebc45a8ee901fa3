//! Who is in a segment: rules are asked batch by batch, so that memory stays bounded whatever the number of people.

use std::collections::{HashMap, HashSet};

use heedful_db::listen::segment_members::{self as table, Account, Person};
use heedful_db::listen::segments::{self, Segment};
use heedful_db::{Conn, WorkspaceId};

use super::refresh::RefreshSegments;
use super::rule::Rule;
use super::wire::read_rule;
use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

const PEOPLE_PER_BATCH: i64 = 1_000;
const ACCOUNTS_PER_BATCH: i64 = 500;

/// A segment whose members are being found.
pub struct Asked {
    pub id: String,
    pub rule: Rule,
}

/// Finds the members of one segment anew, within the caller's transaction.
pub async fn refresh_one(conn: &mut Conn, ws: &WorkspaceId, segment: &Segment) -> Result<()> {
    let asked = [Asked { id: segment.id.clone(), rule: read_rule(segment)?.into() }];
    let mut after = Some(String::new());
    while let Some(from) = after {
        after = refresh_people(conn, ws, &asked, &from).await?;
    }
    let mut after = Some(String::new());
    while let Some(from) = after {
        after = refresh_accounts(conn, ws, &asked, &from).await?;
    }
    Ok(())
}

/// The job: finds the members of every segment anew, a transaction per batch, so that other writers get their turn.
pub async fn refresh_all(app: &App, job: RefreshSegments) -> anyhow::Result<()> {
    let ctx = Ctx::of(app);
    let ws = WorkspaceId::from(job.workspace_id);
    for step in [Step::People, Step::Accounts] {
        let mut after = Some(String::new());
        while let Some(from) = after {
            let mut tx = ctx.begin().await?;
            let mut asked = Vec::new();
            for row in segments::list(&mut tx, &ws, false).await? {
                asked.push(Asked { rule: read_rule(&row)?.into(), id: row.id });
            }
            after = match step {
                Step::People => refresh_people(&mut tx, &ws, &asked, &from).await?,
                Step::Accounts => refresh_accounts(&mut tx, &ws, &asked, &from).await?,
            };
            ctx.commit(tx).await?;
        }
    }
    Ok(())
}

enum Step {
    People,
    Accounts,
}

/// Writes out the members among the next people; returns the last id looked at, none at the end.
async fn refresh_people(
    conn: &mut Conn,
    ws: &WorkspaceId,
    asked: &[Asked],
    after: &str,
) -> Result<Option<String>> {
    let people = table::list_people(conn, ws, after, PEOPLE_PER_BATCH).await?;
    let last = next(&people, PEOPLE_PER_BATCH, |person| &person.id);
    let answers = people_in(conn, ws, asked, &people).await?;
    for (segment, members) in asked.iter().zip(answers) {
        table::delete_people(conn, ws, &segment.id, after, last.as_deref()).await?;
        table::insert_people(conn, ws, &segment.id, &members).await?;
    }
    Ok(last)
}

async fn refresh_accounts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    asked: &[Asked],
    after: &str,
) -> Result<Option<String>> {
    let accounts = table::list_accounts(conn, ws, after, ACCOUNTS_PER_BATCH).await?;
    let last = next(&accounts, ACCOUNTS_PER_BATCH, |account| &account.id);
    for segment in asked {
        let members = accounts_in(conn, ws, &segment.rule, &accounts).await?;
        table::delete_accounts(conn, ws, &segment.id, after, last.as_deref()).await?;
        table::insert_accounts(conn, ws, &segment.id, &members).await?;
    }
    Ok(last)
}

/// For each segment those of the given people who are in it.
pub async fn people_in(
    conn: &mut Conn,
    ws: &WorkspaceId,
    asked: &[Asked],
    people: &[Person],
) -> Result<Vec<Vec<String>>> {
    let (mut accounts, mut accounts_of) = (Vec::new(), HashMap::<String, Vec<String>>::new());
    if asked.iter().any(|segment| segment.rule.asks_accounts()) {
        let ids: Vec<String> = people.iter().map(|person| person.id.clone()).collect();
        accounts = table::list_accounts_of(conn, ws, &ids).await?;
        for link in table::list_links_of_people(conn, ws, &ids).await? {
            accounts_of.entry(link.person_id).or_default().push(link.account_id);
        }
    }
    let members = asked.iter().map(|segment| {
        let fitting: HashSet<&str> = accounts
            .iter()
            .filter(|account| segment.rule.holds_for_account(account))
            .map(|account| account.id.as_str())
            .collect();
        let has_fitting = |person: &Person| {
            let own = accounts_of.get(&person.id).map(Vec::as_slice).unwrap_or_default();
            !segment.rule.asks_accounts() || own.iter().any(|id| fitting.contains(id.as_str()))
        };
        let members =
            people.iter().filter(|person| segment.rule.holds_for_person(person) && has_fitting(person));
        members.map(|person| person.id.clone()).collect()
    });
    Ok(members.collect())
}

/// Those of the given accounts that are in the segment: their conditions hold, and those on people for one of theirs.
pub async fn accounts_in(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rule: &Rule,
    accounts: &[Account],
) -> Result<Vec<String>> {
    let mut members = Vec::new();
    for account in accounts.iter().filter(|account| rule.holds_for_account(account)) {
        if !rule.asks_people() || has_person(conn, ws, rule, &account.id).await? {
            members.push(account.id.clone());
        }
    }
    Ok(members)
}

async fn has_person(conn: &mut Conn, ws: &WorkspaceId, rule: &Rule, account_id: &str) -> Result<bool> {
    let mut after = Some(String::new());
    while let Some(from) = after {
        let people = table::list_people_of(conn, ws, account_id, &from, PEOPLE_PER_BATCH).await?;
        if people.iter().any(|person| rule.holds_for_person(person)) {
            return Ok(true);
        }
        after = next(&people, PEOPLE_PER_BATCH, |person| &person.id);
    }
    Ok(false)
}

/// Counting without writing: how previews and questions walk over everybody.
pub async fn next_people(
    conn: &mut Conn,
    ws: &WorkspaceId,
    after: &str,
) -> Result<(Vec<Person>, Option<String>)> {
    let people = table::list_people(conn, ws, after, PEOPLE_PER_BATCH).await?;
    let last = next(&people, PEOPLE_PER_BATCH, |person| &person.id);
    Ok((people, last))
}

pub async fn next_accounts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    after: &str,
) -> Result<(Vec<Account>, Option<String>)> {
    let accounts = table::list_accounts(conn, ws, after, ACCOUNTS_PER_BATCH).await?;
    let last = next(&accounts, ACCOUNTS_PER_BATCH, |account| &account.id);
    Ok((accounts, last))
}

/// Where the next batch starts; none when this one was the last.
fn next<T>(batch: &[T], limit: i64, id: impl Fn(&T) -> &String) -> Option<String> {
    let is_full = i64::try_from(batch.len()).is_ok_and(|n| n == limit);
    batch.last().filter(|_| is_full).map(|last| id(last).clone())
}
