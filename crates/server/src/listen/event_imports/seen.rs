//! Rows that say the same. A file without ids may have somebody do the same thing twice in one moment: the second is another
//! event than the first, and both are the same ones when the file is imported again.

use std::collections::HashMap;

use heedful_events::EventId;

/// Ids remembered before the older half is forgotten: exports are in the order of time or of people, so that rows that say
/// the same stand near each other.
const REMEMBERED: usize = 1_000_000;

/// How often each id came, lately.
#[derive(Debug, Default)]
pub struct Seen {
    now: HashMap<u64, u32>,
    before: HashMap<u64, u32>,
}

impl Seen {
    /// The id of a row that says what `id` stands for: itself at the first time, another at each further one.
    pub fn tell_apart(&mut self, id: EventId) -> EventId {
        let n_before = self.now.get(&id.0).or_else(|| self.before.get(&id.0)).copied().unwrap_or(0);
        if self.now.len() >= REMEMBERED {
            self.before = std::mem::take(&mut self.now);
        }
        self.now.insert(id.0, n_before + 1);
        if n_before == 0 { id } else { EventId::of(&format!("{id} again {n_before}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_get_the_same_ids_and_each_its_own() {
        let of = |ids: &[u64]| {
            let mut seen = Seen::default();
            ids.iter().map(|id| seen.tell_apart(EventId(*id))).collect::<Vec<_>>()
        };
        let ids = of(&[1, 2, 1, 1]);
        assert_eq!(ids[..2], [EventId(1), EventId(2)]);
        assert!(ids[2] != ids[0] && ids[3] != ids[0] && ids[2] != ids[3]);
        assert_eq!(of(&[1, 2, 1, 1]), ids);
    }
}
