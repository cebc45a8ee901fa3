//! Whom a question is about, by what is known of people and accounts now.

use std::collections::HashMap;
use std::sync::Arc;

use heedful_db::listen::segment_members::{self, Person};
use heedful_db::listen::segments as table;
use heedful_db::platform::distinct_ids;
use heedful_db::{Conn, WorkspaceId};
use heedful_events::Store;
use heedful_events::batch::Workspace;
use heedful_events::scan::strip::PersonWords;

use super::frame::{BreakdownIn, Frame, PropertyOf, Whom};
use crate::listen::segments::{self, Asked, Rule};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::event_store;
use crate::platform::invalid::Invalid;

/// Finds the people of a frame.
pub async fn find(ctx: &Ctx, ws: &WorkspaceId, frame: &Frame, invalid: &mut Invalid) -> Result<Whom> {
    if !frame.asks_for_people() {
        return Ok(Whom::default());
    }
    let by_people = frame.breakdown.as_ref().filter(|breakdown| breakdown.of != PropertyOf::Event);
    if let Some(rule) = &frame.people {
        rule.check("people", invalid);
    }
    if let Some(BreakdownIn { property, of, .. }) = by_people {
        let is_known = segments::is_field(property, *of == PropertyOf::Account);
        invalid.check("breakdown.property", is_known, "is nothing that rules of segments ask for");
    }
    let numbers = Numbers { store: ctx.app.events.open().await?, workspace: event_store::workspace(ws)? };
    let mut conn = ctx.read().await?;
    let in_segment = match &frame.segment {
        None => None,
        Some(id) if table::get(&mut conn, ws, id).await.is_err() => {
            invalid.check("segment", false, "names no segment here");
            None
        }
        Some(id) => Some(numbers.of_ids(&segment_members::list_anchors(&mut conn, ws, id).await?)),
    };
    if !invalid.0.is_empty() {
        return Ok(Whom::default());
    }
    let mut walk = Walk {
        numbers,
        asked: frame.people.clone().map(|rule| Asked { id: String::new(), rule: Rule::from(rule) }),
        by_people,
        fitting: Vec::new(),
        words: PersonWords::default(),
    };
    if walk.asked.is_some() || walk.by_people.is_some() {
        walk.over_everybody(&mut conn, ws).await?;
    }
    walk.fitting.sort_unstable();
    let fitting = frame.people.is_some().then_some(walk.fitting);
    let within = match (in_segment, fitting) {
        (Some(segment), Some(fitting)) => {
            Some(segment.into_iter().filter(|number| fitting.binary_search(number).is_ok()).collect())
        }
        (segment, fitting) => segment.or(fitting),
    };
    let words = by_people.map(|_| Arc::new(walk.words));
    Ok(Whom { within: within.map(|within: Vec<i64>| within.into()), words })
}

/// The numbers that people have in the event store.
struct Numbers {
    store: Arc<Store>,
    workspace: Workspace,
}

impl Numbers {
    fn of_ids(&self, ids: &[String]) -> Vec<i64> {
        let mut numbers: Vec<i64> =
            ids.iter().map(|id| self.store.person_number(self.workspace, id)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// A walk over everybody, batch by batch.
struct Walk<'f> {
    numbers: Numbers,
    asked: Option<Asked>,
    by_people: Option<&'f BreakdownIn>,
    fitting: Vec<i64>,
    words: PersonWords,
}

impl Walk<'_> {
    async fn over_everybody(&mut self, conn: &mut Conn, ws: &WorkspaceId) -> Result<()> {
        let mut after = Some(String::new());
        while let Some(from) = after {
            let (people, last) = segments::next_people(conn, ws, &from).await?;
            let numbers = self.numbers_of(conn, ws, &people).await?;
            if let Some(asked) = &self.asked {
                let fitting = segments::people_in(conn, ws, std::slice::from_ref(asked), &people).await?;
                let fitting = fitting.iter().flatten().filter_map(|id| numbers.get(id.as_str()));
                self.fitting.extend(fitting);
            }
            self.add_words(conn, ws, &people, &numbers).await?;
            after = last;
        }
        Ok(())
    }

    /// The number of each of these people who may have done something.
    async fn numbers_of<'p>(
        &self,
        conn: &mut Conn,
        ws: &WorkspaceId,
        people: &'p [Person],
    ) -> Result<HashMap<&'p str, i64>> {
        let number = |id: &str| self.numbers.store.person_number(self.numbers.workspace, id);
        let without_id = people.iter().filter(|person| person.external_id.is_none());
        let without_id: Vec<String> = without_id.map(|person| person.id.clone()).collect();
        let anchors = distinct_ids::list_telling(conn, ws, &without_id).await?.into_iter();
        let anchors: HashMap<String, String> = anchors.map(|row| (row.person_id, row.anchor)).collect();
        let numbers = people.iter().filter_map(|person| {
            let id = person.external_id.as_ref().or_else(|| anchors.get(&person.id))?;
            Some((person.id.as_str(), number(id)))
        });
        Ok(numbers.collect())
    }

    async fn add_words(
        &mut self,
        conn: &mut Conn,
        ws: &WorkspaceId,
        people: &[Person],
        numbers: &HashMap<&str, i64>,
    ) -> Result<()> {
        let Some(BreakdownIn { property, of, .. }) = self.by_people else { return Ok(()) };
        if *of == PropertyOf::Person {
            for person in people {
                if let Some(number) = numbers.get(person.id.as_str())
                    && let Some(word) = segments::word_of_person(person, property)
                {
                    self.words.insert(*number, &word);
                }
            }
            return Ok(());
        }
        let ids: Vec<String> = people.iter().map(|person| person.id.clone()).collect();
        let mut accounts = segment_members::list_accounts_of(conn, ws, &ids).await?;
        accounts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let words: HashMap<&str, (usize, String)> = accounts
            .iter()
            .enumerate()
            .filter_map(|(place, account)| {
                Some((account.id.as_str(), (place, segments::word_of_account(account, property)?)))
            })
            .collect();
        let mut first = HashMap::<i64, &(usize, String)>::new();
        for link in segment_members::list_links_of_people(conn, ws, &ids).await? {
            if let (Some(number), Some(word)) =
                (numbers.get(link.person_id.as_str()), words.get(link.account_id.as_str()))
                && first.get(number).is_none_or(|(place, _)| word.0 < *place)
            {
                first.insert(*number, word);
            }
        }
        for (number, (_, word)) in first {
            self.words.insert(number, word);
        }
        Ok(())
    }
}
