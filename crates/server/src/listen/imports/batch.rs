//! Writing one batch of rows: people and accounts found or added, signals written in a few statements.

use std::collections::{HashMap, HashSet};

use heedful_db::listen::accounts::{self, Account};
use heedful_db::listen::import_batches;
use heedful_db::listen::imports::Import;
use heedful_db::listen::people::{self, Person};
use heedful_db::listen::signals::Signal;
use heedful_db::{Conn, WorkspaceId};
use serde_json::json;

use super::draft::{AccountKey, Draft, PersonKey};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

/// Writes the signals that the source has not given yet, and returns how many those were.
pub async fn write(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    import: &Import,
    drafts: Vec<Draft>,
) -> Result<usize> {
    let people = Known::people(conn, ctx, ws, import, &drafts).await?;
    let accounts = Known::accounts(conn, ctx, ws, import, &drafts).await?;
    let mut rows = Vec::with_capacity(drafts.len());
    let (mut tags_of, mut links) = (HashMap::new(), HashSet::new());
    for draft in drafts {
        let person_id =
            draft.person.as_ref().and_then(|key| people.id(key.external_id.as_ref(), key.email.as_ref()));
        let account_id = draft.account.as_ref().and_then(|key| accounts.account_id(key).cloned());
        if let (Some(account), Some(person)) = (&account_id, &person_id) {
            links.insert((account.clone(), person.clone()));
        }
        let row = signal(ctx, import, draft, person_id, account_id, &mut tags_of);
        rows.push(row);
    }
    let mut links: Vec<_> = links.into_iter().collect();
    links.sort();
    people::insert_links(conn, ws, &links).await?;
    let written = import_batches::insert_signals(conn, ws, &rows).await?;
    let tags: Vec<(String, String)> = written
        .iter()
        .flat_map(|id| tags_of.remove(id).unwrap_or_default().into_iter().map(|tag| (id.clone(), tag)))
        .collect();
    import_batches::insert_tags(conn, ws, &tags).await?;
    import_batches::queue_search(conn, ws, &written, ctx.now).await?;
    Ok(written.len())
}

fn signal(
    ctx: &Ctx,
    import: &Import,
    draft: Draft,
    person_id: Option<String>,
    account_id: Option<String>,
    tags_of: &mut HashMap<String, Vec<String>>,
) -> Signal {
    let id = ctx.new_id();
    tags_of.insert(id.clone(), draft.signal.tags);
    Signal {
        id,
        created_at: ctx.now,
        updated_at: ctx.now,
        source_id: import.source_id.clone(),
        import_id: Some(import.id.clone()),
        external_id: draft.signal.external_id,
        person_id,
        account_id,
        body: draft.signal.body,
        language: draft.signal.language,
        score: draft.signal.score,
        score_kind: draft.signal.score_kind,
        occurred_at: draft.occurred_at.unwrap_or(import.created_at),
        page_url: draft.signal.page_url,
        app_version: draft.signal.app_version,
        context: json!(draft.signal.context).to_string(),
        may_show: draft.signal.may_show.unwrap_or_else(|| "team".to_owned()),
        ..Signal::default()
    }
}

/// Ids by the two keys that tell people, or accounts, apart; the first key counts more.
#[derive(Default)]
struct Known {
    by_external_id: HashMap<String, String>,
    by_other: HashMap<String, String>,
}

impl Known {
    fn id(&self, external_id: Option<&String>, other: Option<&String>) -> Option<String> {
        let first = external_id.and_then(|key| self.by_external_id.get(key));
        first.or_else(|| other.and_then(|key| self.by_other.get(key))).cloned()
    }

    /// Keeps the id that came first: names of accounts need not be unique.
    fn learn(&mut self, external_id: Option<String>, other: Option<String>, id: &str) {
        if let Some(key) = external_id {
            self.by_external_id.entry(key).or_insert_with(|| id.to_owned());
        }
        if let Some(key) = other {
            self.by_other.entry(key).or_insert_with(|| id.to_owned());
        }
    }

    async fn people(
        conn: &mut Conn,
        ctx: &Ctx,
        ws: &WorkspaceId,
        import: &Import,
        drafts: &[Draft],
    ) -> Result<Self> {
        let keys: Vec<&PersonKey> = drafts.iter().filter_map(|draft| draft.person.as_ref()).collect();
        let known = Self::find_people(conn, ws, &keys).await?;
        let mut new = Self::default();
        let mut rows = Vec::new();
        let mut unknown = Vec::new();
        for key in keys {
            let (external_id, email) = (key.external_id.as_ref(), key.email.as_ref());
            if known.id(external_id, email).is_some() || new.id(external_id, email).is_some() {
                continue;
            }
            let row = Person {
                id: ctx.new_id(),
                created_at: ctx.now,
                updated_at: ctx.now,
                external_id: key.external_id.clone(),
                email: key.email.clone(),
                name: key.name.clone(),
                traits: "{}".to_owned(),
                import_id: Some(import.id.clone()),
                ..Person::default()
            };
            new.learn(key.external_id.clone(), key.email.clone(), &row.id);
            rows.push(row);
            unknown.push(key);
        }
        if rows.is_empty() {
            return Ok(known);
        }
        people::insert_many(conn, ws, &rows).await?;
        // Read again instead of trusting our own ids: another writer may have been first with an address.
        let mut all = Self::find_people(conn, ws, &unknown).await?;
        all.by_external_id.extend(known.by_external_id);
        all.by_other.extend(known.by_other);
        Ok(all)
    }

    async fn find_people(conn: &mut Conn, ws: &WorkspaceId, keys: &[&PersonKey]) -> Result<Self> {
        let emails = distinct(keys.iter().filter_map(|key| key.email.as_ref()));
        let external_ids = distinct(keys.iter().filter_map(|key| key.external_id.as_ref()));
        let mut known = Self::default();
        if !keys.is_empty() {
            for (email, external_id, id) in people::find_many(conn, ws, &emails, &external_ids).await? {
                known.learn(external_id, email, &id);
            }
        }
        Ok(known)
    }

    async fn accounts(
        conn: &mut Conn,
        ctx: &Ctx,
        ws: &WorkspaceId,
        import: &Import,
        drafts: &[Draft],
    ) -> Result<Self> {
        let keys: Vec<&AccountKey> = drafts.iter().filter_map(|draft| draft.account.as_ref()).collect();
        let mut known = Self::find_accounts(conn, ws, &keys).await?;
        let mut rows = Vec::new();
        for key in &keys {
            if known.account_id(key).is_some() {
                continue;
            }
            let row = Account {
                id: ctx.new_id(),
                created_at: ctx.now,
                updated_at: ctx.now,
                external_id: key.external_id.clone(),
                name: key.name.clone(),
                traits: "{}".to_owned(),
                import_id: Some(import.id.clone()),
                ..Account::default()
            };
            known.learn(key.external_id.clone(), Some(key.name.clone()), &row.id);
            rows.push(row);
        }
        if rows.is_empty() {
            return Ok(known);
        }
        accounts::insert_many(conn, ws, &rows).await?;
        Self::find_accounts(conn, ws, &keys).await
    }

    /// With an id of its own an account is known by that alone: two may share a name.
    fn account_id(&self, key: &AccountKey) -> Option<&String> {
        match &key.external_id {
            Some(external_id) => self.by_external_id.get(external_id),
            None => self.by_other.get(&key.name),
        }
    }

    async fn find_accounts(conn: &mut Conn, ws: &WorkspaceId, keys: &[&AccountKey]) -> Result<Self> {
        let external_ids = distinct(keys.iter().filter_map(|key| key.external_id.as_ref()));
        let names = distinct(keys.iter().filter(|key| key.external_id.is_none()).map(|key| &key.name));
        let mut known = Self::default();
        if !keys.is_empty() {
            for (external_id, name, id) in accounts::find_many(conn, ws, &external_ids, &names).await? {
                known.learn(external_id, Some(name), &id);
            }
        }
        Ok(known)
    }
}

fn distinct<'k>(keys: impl Iterator<Item = &'k String>) -> Vec<String> {
    let set: HashSet<&String> = keys.collect();
    let mut keys: Vec<String> = set.into_iter().cloned().collect();
    keys.sort();
    keys
}
