//! The people whom some facts are about, as they become while one fact after the other is taken in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use heedful_db::listen::people::{self, Person};
use heedful_db::platform::distinct_ids::{self, DistinctId};
use heedful_db::{Conn, WorkspaceId};

use super::facts::Fact;
use crate::listen::people::{is_email, merge_records};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

const KEYS_PER_STATEMENT: usize = 500;

/// Why something was not done that a program asked for: people who are both known are made one by people only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// A sentence.
    pub reason: &'static str,
    pub id: String,
    /// The other id or the address.
    pub other: String,
}

/// A record with what became of it.
pub struct Held {
    pub row: Person,
    pub is_new: bool,
    pub is_changed: bool,
}

pub struct People<'c> {
    ctx: &'c Ctx,
    pub(super) ids: HashMap<String, DistinctId>,
    pub(super) changed_ids: BTreeSet<String>,
    pub(super) held: BTreeMap<String, Held>,
    pub(super) by_external_id: HashMap<String, String>,
    pub(super) by_email: HashMap<String, String>,
    /// What stands for a person's ids in the event store.
    pub(super) anchors: HashMap<String, String>,
    pub(super) identified: HashSet<String>,
    /// Records that became part of another in this round.
    pub(super) united: HashMap<String, String>,
    /// The record that is kept, and the one that is merged into it.
    pub(super) merges: Vec<(String, String)>,
    pub disputes: Vec<Dispute>,
}

impl<'c> People<'c> {
    /// Reads everybody whom the facts name.
    pub async fn load(conn: &mut Conn, ctx: &'c Ctx, ws: &WorkspaceId, facts: &[Fact]) -> Result<Self> {
        let ids: BTreeSet<String> = facts.iter().flat_map(Fact::ids).map(str::to_owned).collect();
        let told = facts.iter().filter_map(|fact| match fact {
            Fact::Traits { traits, .. } => traits.email(),
            _ => None,
        });
        let emails: BTreeSet<String> = told.chain(ids.iter().filter_map(|id| email_of(id))).collect();
        let (ids, emails): (Vec<_>, Vec<_>) = (ids.into_iter().collect(), emails.into_iter().collect());
        let mut all = Self {
            ctx,
            ids: HashMap::new(),
            changed_ids: BTreeSet::new(),
            held: BTreeMap::new(),
            by_external_id: HashMap::new(),
            by_email: HashMap::new(),
            anchors: HashMap::new(),
            identified: HashSet::new(),
            united: HashMap::new(),
            merges: Vec::new(),
            disputes: Vec::new(),
        };
        let known = distinct_ids::find_many(conn, ws, &ids).await?;
        let mut wanted: BTreeSet<String> = known.iter().map(|row| row.person_id.clone()).collect();
        for keys in ids.chunks(KEYS_PER_STATEMENT) {
            wanted.extend(people::find_many(conn, ws, &[], keys).await?.into_iter().map(|(.., id)| id));
        }
        for keys in emails.chunks(KEYS_PER_STATEMENT) {
            let found = people::find_many(conn, ws, keys, &[]).await?;
            all.by_email.extend(found.iter().filter_map(|(email, _, id)| Some((email.clone()?, id.clone()))));
            wanted.extend(found.into_iter().map(|(.., id)| id));
        }
        // Twice: whoever was merged leads to somebody else.
        for _ in 0..2 {
            let missing: Vec<String> =
                wanted.iter().filter(|id| !all.held.contains_key(*id)).cloned().collect();
            for row in people::list_by_ids(conn, ws, &missing).await? {
                wanted.extend(row.merged_into_id.clone());
                all.hold(row);
            }
        }
        let held: Vec<String> = all.held.keys().cloned().collect();
        for row in distinct_ids::list_telling(conn, ws, &held).await?.into_iter().chain(known) {
            all.note(row);
        }
        Ok(all)
    }

    fn hold(&mut self, row: Person) {
        let id = row.id.clone();
        self.by_external_id.extend(row.external_id.clone().map(|external_id| (external_id, id.clone())));
        self.held.insert(id, Held { row, is_new: false, is_changed: false });
    }

    fn note(&mut self, row: DistinctId) {
        self.anchors.entry(row.person_id.clone()).or_insert_with(|| row.anchor.clone());
        if row.is_identified == 1 {
            self.identified.insert(row.person_id.clone());
        }
        self.ids.insert(row.distinct_id.clone(), row);
    }

    /// The record that counts for a person now.
    pub fn root(&self, person: &str) -> String {
        let mut person = person;
        // A record leads to another once or twice: to what it was merged into before, and in this round.
        for _ in 0..=self.united.len() + 1 {
            let merged = self.held.get(person).and_then(|held| held.row.merged_into_id.as_ref());
            match self.united.get(person).or(merged) {
                Some(other) => person = other,
                None => break,
            }
        }
        person.to_owned()
    }

    /// The records that counted for people before, each with the one that counts now.
    pub fn roots(&self) -> HashMap<String, String> {
        self.united.keys().map(|person| (person.clone(), self.root(person))).collect()
    }

    pub(super) fn resolve(&self, id: &str) -> Option<String> {
        let known = self.ids.get(id).map(|row| &row.person_id);
        known.or_else(|| self.by_external_id.get(id)).map(|person| self.root(person))
    }

    /// The person with this id, who is new when nobody has it.
    pub(super) fn ensure(&mut self, id: &str) -> String {
        if let Some(person) = self.resolve(id) {
            return person;
        }
        let email = email_of(id);
        let owner = email.as_ref().and_then(|email| self.by_email.get(email)).map(|owner| self.root(owner));
        let person = match owner {
            Some(owner) if self.is_known_by_address_only(&owner) => owner,
            owner => {
                let now = self.ctx.now;
                let email = email.filter(|_| owner.is_none());
                let row = Person {
                    id: self.ctx.new_id(),
                    created_at: now,
                    updated_at: now,
                    email,
                    traits: "{}".to_owned(),
                    ..Person::default()
                };
                let person = row.id.clone();
                self.by_email.extend(row.email.clone().map(|email| (email, person.clone())));
                self.held.insert(person.clone(), Held { row, is_new: true, is_changed: false });
                person
            }
        };
        self.set_external_id(&person, id);
        self.add_id(id, &person);
        person
    }

    pub(super) fn change(&mut self, person: &str, change: impl FnOnce(&mut Person)) {
        if let Some(held) = self.held.get_mut(person) {
            let before = held.row.clone();
            change(&mut held.row);
            held.is_changed |= held.row != before;
        }
    }

    pub(super) fn set_external_id(&mut self, person: &str, id: &str) {
        self.by_external_id.insert(id.to_owned(), person.to_owned());
        self.change(person, |row| row.external_id = Some(id.to_owned()));
    }

    /// Adds an id to those of a person.
    pub(super) fn add_id(&mut self, id: &str, person: &str) {
        if !self.anchors.contains_key(person) {
            // Whoever was there before any event is known by the id that their record has.
            let external_id = self.held.get(person).and_then(|held| held.row.external_id.clone());
            let anchor = external_id.unwrap_or_else(|| id.to_owned());
            self.anchors.insert(person.to_owned(), anchor.clone());
            self.put_id(&anchor, person, &anchor);
        }
        let is_theirs = self.ids.get(id).is_some_and(|row| row.person_id == person);
        if let Some(anchor) = self.anchors.get(person).cloned()
            && !is_theirs
        {
            self.put_id(id, person, &anchor);
        }
    }

    fn put_id(&mut self, id: &str, person: &str, anchor: &str) {
        let row = DistinctId {
            distinct_id: id.to_owned(),
            person_id: person.to_owned(),
            anchor: anchor.to_owned(),
            is_identified: 0,
            linked_at: self.ctx.now,
        };
        self.changed_ids.insert(row.distinct_id.clone());
        self.ids.insert(row.distinct_id.clone(), row);
    }

    pub(super) fn is_known_by_address_only(&self, person: &str) -> bool {
        let has_no_id = |held: &Held| held.row.external_id.is_none() && !held.is_new;
        self.held.get(person).is_some_and(has_no_id) && !self.anchors.contains_key(person)
    }

    /// Whether somebody said who this is, or put the record there.
    pub(super) fn is_identified(&self, person: &str) -> bool {
        let Some(Held { row, .. }) = self.held.get(person) else { return false };
        let is_from_elsewhere = row.external_id.as_ref().is_some_and(|id| !self.ids.contains_key(id));
        self.identified.contains(person) || row.email.is_some() || is_from_elsewhere
    }

    /// Whether nothing changed.
    pub fn are_unchanged(&self) -> bool {
        let is_same = |held: &Held| !held.is_new && !held.is_changed;
        self.changed_ids.is_empty() && self.merges.is_empty() && self.held.values().all(is_same)
    }

    /// Writes everything that changed; the distinct ids that others stand for since.
    pub async fn write(self, conn: &mut Conn, ws: &WorkspaceId) -> Result<Written> {
        let (new, known): (Vec<Held>, Vec<Held>) = self.held.into_values().partition(|held| held.is_new);
        // First those that give their id away.
        for Held { row, .. } in known.iter().filter(|held| held.is_changed) {
            people::update(conn, ws, row, self.ctx.now).await?;
        }
        let new: Vec<Person> = new.into_iter().map(|held| held.row).collect();
        people::insert_many(conn, ws, &new).await?;
        let ids: Vec<DistinctId> =
            self.changed_ids.iter().filter_map(|id| self.ids.get(id)).cloned().collect();
        distinct_ids::insert_many(conn, ws, &ids).await?;
        for (kept, merged) in &self.merges {
            let (kept, merged) = (people::get(conn, ws, kept).await?, people::get(conn, ws, merged).await?);
            merge_records(conn, self.ctx, (ws, ""), kept, merged).await?;
        }
        let links = ids.into_iter().filter(|row| row.distinct_id != row.anchor);
        Ok(Written {
            links: links.map(|row| (row.distinct_id, row.anchor)).collect(),
            has_merged: !self.merges.is_empty(),
        })
    }
}

/// What the event store is to be told.
#[derive(Debug, Default)]
pub struct Written {
    /// Distinct ids, each with the one that stands for it.
    pub links: Vec<(String, String)>,
    pub has_merged: bool,
}

fn email_of(id: &str) -> Option<String> {
    is_email(id).then(|| id.to_lowercase())
}
