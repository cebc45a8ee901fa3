//! What each fact does to the people it is about.

use heedful_db::platform::distinct_ids::DistinctId;

use super::facts::{Fact, Traits};
use super::people::{Dispute, Held, People};
use super::record;
use crate::listen::people::filled_from;

const BOTH_KNOWN: &str =
    "the event was kept, but two people who are both known were not made one: merge them by hand if they are";
const ADDRESS_TAKEN: &str = "the event was kept, but the address it gives a person is another person's already: merge the two by hand if they are one";

impl People<'_> {
    /// Takes in a fact, as far as it is about people; the person whom it makes a member of an account.
    pub fn take(&mut self, fact: &Fact) -> Option<String> {
        match fact {
            Fact::Identified { id } => self.identify(id),
            Fact::Named { id, other } => self.name(id, other),
            Fact::Alias { id, other } => self.alias(id, other),
            Fact::Traits { id, traits } => self.learn(id, traits),
            Fact::Member { id, .. } => return Some(self.ensure(id)),
            Fact::Account { .. } => {}
        }
        None
    }

    fn identify(&mut self, id: &str) {
        let person = self.ensure(id);
        if !self.ids.contains_key(id) {
            self.add_id(id, &person);
        }
        if let Some(row) = self.ids.get_mut(id)
            && row.is_identified == 0
        {
            row.is_identified = 1;
            self.changed_ids.insert(id.to_owned());
        }
        // Who was known by the id of a nameless visitor is known by this one from now on.
        let external_id = self.held.get(&person).and_then(|held| held.row.external_id.as_ref());
        let is_nameless = |id: &String| self.ids.get(id).is_some_and(|row| row.is_identified == 0);
        if external_id.is_none_or(is_nameless) && !self.by_external_id.contains_key(id) {
            self.set_external_id(&person, id);
        }
        self.identified.insert(person);
    }

    /// `other` was nameless and is the person with `id` now.
    fn name(&mut self, id: &str, other: &str) {
        match (self.resolve(id), self.resolve(other)) {
            (_, None) => {
                let person = self.ensure(id);
                self.add_id(other, &person);
            }
            (None, Some(person)) if !self.is_identified(&person) => self.add_id(id, &person),
            (None, Some(_)) => self.dispute(BOTH_KNOWN, id, other),
            (Some(person), Some(nameless)) => self.unite(&person, &nameless, (id, other)),
        }
        self.identify(id);
    }

    fn alias(&mut self, id: &str, other: &str) {
        match (self.resolve(id), self.resolve(other)) {
            (None, Some(person)) => self.add_id(id, &person),
            (_, None) => {
                let person = self.ensure(id);
                self.add_id(other, &person);
            }
            (Some(one), Some(another)) => self.unite(&one, &another, (id, other)),
        }
    }

    fn learn(&mut self, id: &str, told: &Traits) {
        let known = self.resolve(id);
        if known.is_none() && !told.tell_of_somebody() {
            return;
        }
        let person = known.unwrap_or_else(|| self.ensure(id));
        self.change(&person, |row| record::apply(row, told));
        if let Some(email) = told.email() {
            self.learn_email(id, &person, email);
        }
    }

    fn learn_email(&mut self, id: &str, person: &str, email: String) {
        let owner = self.by_email.get(&email).map(|owner| self.root(owner));
        let is_new = self.held.get(person).is_some_and(|held| held.is_new);
        match owner {
            None => {
                self.by_email.insert(email.clone(), person.to_owned());
                self.change(person, |row| row.email = Some(email));
            }
            Some(owner) if owner == person => {}
            Some(owner) if is_new && self.is_known_by_address_only(&owner) => self.absorb(&owner, person),
            Some(_) => self.dispute(ADDRESS_TAKEN, id, &email),
        }
    }

    /// Makes one of two people, unless both are known.
    fn unite(&mut self, one: &str, another: &str, (id, other): (&str, &str)) {
        if one == another {
            return;
        }
        let (kept, merged) = match (self.is_identified(one), self.is_identified(another)) {
            (true, true) => return self.dispute(BOTH_KNOWN, id, other),
            (false, true) => (another, one),
            (_, false) => (one, another),
        };
        let is_new = |person: &str| self.held.get(person).is_some_and(|held| held.is_new);
        if is_new(merged) {
            self.absorb(kept, merged);
        } else if is_new(kept) {
            self.absorb(merged, kept);
        } else {
            self.united.insert(merged.to_owned(), kept.to_owned());
            self.merges.push((kept.to_owned(), merged.to_owned()));
        }
    }

    /// Makes a person of this round part of another.
    fn absorb(&mut self, kept: &str, new: &str) {
        let Some(Held { row, .. }) = self.held.remove(new) else { return };
        let theirs: Vec<DistinctId> = self.ids.values().filter(|id| id.person_id == new).cloned().collect();
        self.anchors.remove(new);
        self.change(kept, |kept| *kept = filled_from(kept.clone(), &row));
        self.by_email.extend(row.email.map(|email| (email, kept.to_owned())));
        if let Some(external_id) = row.external_id {
            // It has it already where it had none.
            if self.identified.contains(new) {
                self.set_external_id(kept, &external_id);
            } else {
                self.by_external_id.insert(external_id, kept.to_owned());
            }
        }
        for id in theirs {
            self.add_id(&id.distinct_id, kept);
            if let Some(row) = self.ids.get_mut(&id.distinct_id) {
                row.is_identified = id.is_identified;
            }
        }
        if self.identified.remove(new) {
            self.identified.insert(kept.to_owned());
        }
        self.united.insert(new.to_owned(), kept.to_owned());
    }

    fn dispute(&mut self, reason: &'static str, id: &str, other: &str) {
        self.disputes.push(Dispute { reason, id: id.to_owned(), other: other.to_owned() });
    }
}
