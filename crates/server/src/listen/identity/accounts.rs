//! The accounts that some facts are about.

use std::collections::{BTreeMap, BTreeSet};

use heedful_db::listen::accounts::{self, Account};
use heedful_db::listen::people;
use heedful_db::{Conn, WorkspaceId};

use super::facts::Fact;
use super::record;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

const KEYS_PER_STATEMENT: usize = 500;

pub struct Accounts<'c> {
    ctx: &'c Ctx,
    /// By external id, with how each was when it was read; nothing for a new one.
    by_key: BTreeMap<String, (Account, Option<Account>)>,
    /// Person and external id of the account.
    members: BTreeSet<(String, String)>,
}

impl<'c> Accounts<'c> {
    /// Reads all accounts that the facts name.
    pub async fn load(conn: &mut Conn, ctx: &'c Ctx, ws: &WorkspaceId, facts: &[Fact]) -> Result<Self> {
        let keys: BTreeSet<String> = facts.iter().filter_map(Fact::account).map(str::to_owned).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let mut ids = Vec::new();
        for keys in keys.chunks(KEYS_PER_STATEMENT) {
            ids.extend(accounts::find_many(conn, ws, keys, &[]).await?.into_iter().map(|(.., id)| id));
        }
        let rows = accounts::list_by_ids(conn, ws, &ids).await?.into_iter();
        let by_key = rows.filter_map(|row| Some((row.external_id.clone()?, (row.clone(), Some(row)))));
        Ok(Self { ctx, by_key: by_key.collect(), members: BTreeSet::new() })
    }

    /// Takes in a fact, as far as it is about accounts, with the person whom it is about.
    pub fn take(&mut self, fact: &Fact, person: Option<String>) {
        let Some(key) = fact.account() else { return };
        let (now, new_id) = (self.ctx.now, || self.ctx.new_id());
        let (account, _) = self.by_key.entry(key.to_owned()).or_insert_with(|| {
            let (external_id, name) = (Some(key.to_owned()), key.to_owned());
            let traits = "{}".to_owned();
            let new = Account {
                id: new_id(),
                created_at: now,
                updated_at: now,
                external_id,
                name,
                traits,
                ..Account::default()
            };
            (new, None)
        });
        if let Fact::Account { traits, .. } = fact {
            record::apply_to_account(account, traits);
        }
        self.members.extend(person.map(|person| (person, key.to_owned())));
    }

    /// Writes everything that changed, of which people are written already; whether there was anything.
    pub async fn write(
        self,
        conn: &mut Conn,
        ws: &WorkspaceId,
        root: impl Fn(&str) -> String,
    ) -> Result<bool> {
        let (mut new, mut has_changed) = (Vec::new(), false);
        let mut ids = BTreeMap::new();
        for (key, (row, before)) in self.by_key {
            ids.insert(key, row.id.clone());
            match before {
                None => new.push(row),
                Some(before) if before != row => {
                    accounts::update(conn, ws, &row, self.ctx.now).await?;
                    has_changed = true;
                }
                Some(_) => {}
            }
        }
        accounts::insert_many(conn, ws, &new).await?;
        let link = |(person, key): &(String, String)| Some((ids.get(key)?.clone(), root(person)));
        let links: Vec<(String, String)> = self.members.iter().filter_map(link).collect();
        let n_linked = people::insert_links(conn, ws, &links).await?;
        Ok(has_changed || !new.is_empty() || n_linked > 0)
    }
}

impl Fact {
    fn account(&self) -> Option<&str> {
        match self {
            Self::Member { account, .. } | Self::Account { account, .. } => Some(account),
            _ => None,
        }
    }
}
