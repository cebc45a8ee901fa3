//! People out of several files, one after the other: each with all her events in the order of time.
//!
//! The numbers of people are cut into ranges that are read at the same time. Within a range the files are merged person by
//! person; a person whose events are all in one file, as most are after compaction, is handed over without copying.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::file::{DataFile, PersonRange, RowGroup};
use super::source::{Limits, Source};
use super::strip::{Reading, Run, Strip, Word};
use crate::error::Result;

/// So many ranges for each thread, so that none waits long for the last one.
const RANGES_PER_THREAD: usize = 4;

/// Reads all people of some files, each with her events in the order of time, on several threads. Each range of people begins
/// with an accumulator from `begin`, which `step` changes for each of them; all accumulators come back, in no order.
///
/// # Errors
///
/// Those of [`RowGroup::read_texts`] and [`Limits::check`]; the first one that occurs.
pub fn fold<A: Send>(
    source: Source,
    reading: &Reading,
    begin: impl Fn() -> A + Sync,
    step: impl Fn(&mut A, i64, Run) + Sync,
) -> Result<Vec<A>> {
    let Source { files, moved, n_threads, limits } = source;
    let ranges = ranges(files, n_threads * RANGES_PER_THREAD);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut all = Vec::new();
        while let Some(range) = ranges.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut accumulator = begin();
            let mut same_word = Vec::new();
            read_range((files, limits), reading, *range, |person, run| {
                let is_in = |people: &[i64]| people.binary_search(&person).is_ok();
                if is_in(&reading.without) || is_in(moved) || !reading.within.as_deref().is_none_or(is_in) {
                    return;
                }
                let Some(Word::Person(words)) = &reading.word else {
                    return step(&mut accumulator, person, run);
                };
                same_word.resize(run.at.len(), 0);
                let Run { at, matches, numbers, .. } = run;
                let dictionary = words.dictionary(person);
                step(&mut accumulator, person, Run { at, matches, numbers, words: &same_word, dictionary });
            })?;
            limits.check()?;
            all.push(accumulator);
        }
        Ok(all)
    };
    let parts: Vec<Result<Vec<A>>> = thread::scope(|scope| {
        let threads: Vec<_> = (1..n_threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let others = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(own).chain(others).collect()
    });
    let mut all = Vec::new();
    for part in parts {
        all.extend(part?);
    }
    Ok(all)
}

/// At most so many ranges that together have everybody, each with about as many rows.
pub fn ranges(files: &[&DataFile], n: usize) -> Vec<PersonRange> {
    let groups = files.iter().flat_map(|file| file.groups());
    let mut starts: Vec<_> = groups
        .filter_map(|group| Some((group.bounds(crate::table::layout::PERSON)?.0, group.n_rows())))
        .collect();
    starts.sort_unstable();
    let n_rows: usize = starts.iter().map(|(_, n_rows)| n_rows).sum();
    let (mut ranges, mut first, mut n_before) = (Vec::new(), i64::MIN, 0);
    for (start, n_rows_of_group) in starts {
        if n_before * n >= n_rows * (ranges.len() + 1) && start > first {
            ranges.push((first, start - 1));
            first = start;
        }
        n_before += n_rows_of_group;
    }
    ranges.push((first, i64::MAX));
    ranges
}

fn read_range(
    (files, limits): (&[&DataFile], &Limits),
    reading: &Reading,
    range: PersonRange,
    mut on_person: impl FnMut(i64, Run),
) -> Result<()> {
    let mut cursors: Vec<Cursor> = Vec::new();
    for file in files {
        let mut cursor = Cursor::new(file, limits, reading, range);
        if cursor.find()? {
            cursors.push(cursor);
        }
    }
    let mut merged = Merged::default();
    while let Some(person) = cursors.iter().filter_map(Cursor::person).min() {
        let mut having = cursors.iter_mut().filter(|cursor| cursor.person() == Some(person));
        let Some(first) = having.next() else { break };
        match having.next() {
            None => on_person(person, first.run()),
            Some(second) => {
                let all = [first, second].into_iter().chain(having);
                merged.gather(all.map(|cursor| cursor.run()));
                on_person(person, merged.run());
            }
        }
        for cursor in cursors.iter_mut().filter(|cursor| cursor.person() == Some(person)) {
            cursor.index += 1;
            cursor.find()?;
        }
    }
    Ok(())
}

/// A place in one file.
struct Cursor<'f> {
    limits: &'f Limits,
    reading: &'f Reading,
    range: PersonRange,
    groups: Box<dyn Iterator<Item = RowGroup<'f>> + 'f>,
    strip: Strip,
    index: usize,
}

impl<'f> Cursor<'f> {
    fn new(file: &'f DataFile, limits: &'f Limits, reading: &'f Reading, range: PersonRange) -> Self {
        let groups = Box::new(file.groups().filter(move |group| group.may_have(range)));
        Self { limits, reading, range, groups, strip: Strip::default(), index: 0 }
    }

    /// Goes on to a person of the range, unless there already; whether there is one.
    fn find(&mut self) -> Result<bool> {
        loop {
            match self.strip.people.get(self.index) {
                Some((person, _)) if *person < self.range.0 => self.index += 1,
                Some((person, _)) => return Ok(*person <= self.range.1),
                None => match self.groups.next() {
                    Some(group) => {
                        self.limits.check()?;
                        (self.strip, self.index) = (Strip::read(self.reading, group)?, 0);
                    }
                    None => return Ok(false),
                },
            }
        }
    }

    fn person(&self) -> Option<i64> {
        let (person, _) = self.strip.people.get(self.index)?;
        Some(*person).filter(|person| *person <= self.range.1)
    }

    fn run(&self) -> Run<'_> {
        self.strip.run(self.index)
    }
}

/// The events of one person from several files.
#[derive(Default)]
struct Merged {
    strip: Strip,
    order: Vec<usize>,
}

impl Merged {
    fn gather<'s>(&mut self, runs: impl Iterator<Item = Run<'s>>) {
        let mut all = Strip::default();
        for run in runs {
            all.at.extend(run.at);
            all.matches.extend(run.matches);
            all.numbers.extend(run.numbers);
            for word in run.words {
                let word = usize::try_from(*word).ok().and_then(|word| run.dictionary.get(word));
                all.words.push(u32::try_from(all.dictionary.len()).unwrap_or(u32::MAX));
                all.dictionary.push(word.cloned().flatten());
            }
        }
        self.order.clear();
        self.order.extend(0..all.at.len());
        self.order.sort_by_key(|index| all.at[*index]);
        self.strip.at = self.order.iter().map(|index| all.at[*index]).collect();
        self.strip.matches = self.order.iter().map(|index| all.matches[*index]).collect();
        self.strip.numbers = self.order.iter().filter_map(|index| all.numbers.get(*index)).copied().collect();
        self.strip.words = self.order.iter().filter_map(|index| all.words.get(*index)).copied().collect();
        self.strip.dictionary = all.dictionary;
        self.strip.people = vec![(0, self.strip.at.len())];
    }

    fn run(&self) -> Run<'_> {
        self.strip.run(0)
    }
}
