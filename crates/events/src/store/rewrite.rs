//! Rewriting of data files, for compaction and removal.
//!
//! Compaction: few large files instead of many small ones, because a question looks into all of them.
//!
//! Files of about the same size are merged when there are enough of them (size-tiered compaction), so that each event is written
//! anew a few times only: once for each power of [`FAN_IN`] in the number of files that sealing made.
//!
//! What is rewritten gets the numbers that stand for its people by now. A file of which much is somebody else's is rewritten for
//! that alone: until then questions hold those rows in memory.

use std::fs::{self, File};
use std::sync::Arc;

use super::linked::Moved;
use super::links::Links;
use super::sealed::{Sealed, SealedFile, remove_lost_filters};
use crate::error::{Error, Result};
use crate::event::Micros;
use crate::scan::file::DataFile;
use crate::table::delta::{Change, NewFile, Table};
use crate::table::left_out::LeftOut;
use crate::table::merge::merge;

/// So many files of a size become one.
const FAN_IN: usize = 8;
/// Files up to here are all of one size.
const SMALL_BYTES: u64 = 1 << 20;
/// A file is rewritten when one in so many of its rows is somebody else's,
const MOVED_SHARE: usize = 16;
/// or so many are.
const MOVED_ROWS_MAX: usize = 100_000;

/// Which files are merged next; none when they are few enough. Never more than [`FAN_IN`]: of each of them as much is in memory
/// as a row group has.
fn choose(files: &[u64]) -> Vec<usize> {
    let tier = |n_bytes: &u64| (n_bytes / SMALL_BYTES).checked_ilog(FAN_IN as u64).map_or(0, |tier| tier + 1);
    let mut tiers: Vec<u32> = files.iter().map(tier).collect();
    tiers.sort_unstable();
    tiers.dedup();
    for wanted in tiers {
        let of_tier: Vec<usize> = files
            .iter()
            .enumerate()
            .filter(|(_, n_bytes)| tier(n_bytes) == wanted)
            .map(|(index, _)| index)
            .collect();
        if of_tier.len() >= FAN_IN {
            return of_tier.into_iter().take(FAN_IN).collect();
        }
    }
    Vec::new()
}

/// Merges some of the files of a table, if there are too many; whether it did.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::File`], [`Error::Table`]; the files are then as before.
pub async fn compact(
    table: &mut Table,
    (sealed, links): (&Sealed, &Links),
    log: &str,
    now: Micros,
) -> Result<bool> {
    // Where others write too, each merges what it brought itself: nobody takes a file away under another's hands.
    let own = |file: &&Arc<SealedFile>| !table.is_shared() || file.name.starts_with(log);
    let files: Vec<&Arc<SealedFile>> = sealed.files.iter().filter(own).collect();
    let sizes: Vec<u64> = files.iter().map(|file| file.n_bytes).collect();
    let mut chosen: Vec<&Arc<SealedFile>> = choose(&sizes).into_iter().map(|index| files[index]).collect();
    if chosen.is_empty() {
        for file in files {
            if has_many_moved(file, links)? {
                chosen.push(file);
                break;
            }
        }
    }
    if chosen.is_empty() {
        return Ok(false);
    }
    rewrite(table, (&chosen, links), &LeftOut::default(), log, now).await?;
    table.vacuum(now).await?;
    remove_lost_filters(table.dir())?;
    Ok(true)
}

/// Whether so much of a file is somebody else's for good that it is worth to rewrite it.
fn has_many_moved(file: &SealedFile, links: &Links) -> Result<bool> {
    let moved = file.file.moved(links)?;
    let n_rows = moved.rows.as_ref().map_or(0, DataFile::n_rows);
    let are_many = n_rows > MOVED_ROWS_MAX || n_rows * MOVED_SHARE > file.file.data.n_rows();
    Ok(are_many && moved.numbers.keys().any(|number| links.lasting(*number) != *number))
}

/// Removes events from a table and from the disk; how many there were.
///
/// What an attempt that was broken off left behind goes with the next: all files of this log that do not belong to the table.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::File`], [`Error::Table`]; then some of the events may be there yet.
pub async fn remove(
    table: &mut Table,
    (sealed, links): (&Sealed, &Links),
    what: &LeftOut,
    log: &str,
    now: Micros,
) -> Result<usize> {
    let mut n_erased = 0;
    for file in &sealed.files {
        if what.is_in(&file.file.data)? {
            n_erased += rewrite(table, (&[file], links), what, log, now).await?;
            table.delete(std::slice::from_ref(&file.name)).await?;
        }
    }
    table.delete(&table.orphans(log).await?).await?;
    remove_lost_filters(table.dir())?;
    Ok(n_erased)
}

/// Puts one file in the place of some, without some events; how many these were.
async fn rewrite(
    table: &mut Table,
    (files, links): (&[&Arc<SealedFile>], &Links),
    without: &LeftOut,
    log: &str,
    now: Micros,
) -> Result<usize> {
    let data: Vec<&DataFile> = files.iter().map(|file| &file.file.data).collect();
    let moved = files.iter().map(|file| file.file.moved_for_good(links)).collect::<Result<Vec<Moved>>>()?;
    let has_moved = moved.iter().any(|moved| !moved.numbers.is_empty());
    let mut left_out = without.clone();
    left_out.people.extend(moved.iter().flat_map(|moved| moved.numbers.keys()));
    let moved_rows = moved.iter().filter_map(|moved| moved.rows.as_ref());
    let all: Vec<&DataFile> = data.iter().copied().chain(moved_rows).collect();
    let name = format!("{log}-v{}.parquet", table.version() + 1);
    let path = table.dir().join(&name);
    let out = File::create(&path).map_err(Error::disk("create", &path))?;
    let layout = table.layout().clone();
    let merged = merge(&all, &layout, &left_out, out).inspect_err(|_| {
        // What belongs to nothing takes no room; when it cannot be removed either, it is with the next vacuum.
        let _ = fs::remove_file(&path);
    })?;
    let n_before: usize = data.iter().map(|data| data.n_rows()).sum();
    let n_after = usize::try_from(merged.file_metadata().num_rows()).unwrap_or_default();
    let added = if n_after > 0 { vec![NewFile { name, metadata: merged }] } else { Vec::new() };
    let removed = files.iter().map(|file| file.name.clone()).collect();
    let changes_data = has_moved || n_after < n_before;
    table.commit(Change { added, removed, layout, brought: None, changes_data, now }).await?;
    Ok(n_before - n_after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_files_of_a_size_are_merged_the_smallest_first() {
        let check = |files: &[u64], expect: &[usize]| assert_eq!(choose(files), expect, "{files:?}");
        let mb = |n: u64| n << 20;
        check(&[], &[]);
        check(&[mb(1); 7], &[]);
        check(&[10; 8], &[0, 1, 2, 3, 4, 5, 6, 7]);
        check(&[1, 1, 1, 1, mb(1), mb(2), mb(3), mb(7)], &[]);
        check(&[mb(9), mb(1), mb(2), mb(3), mb(4), mb(5), mb(6), mb(7), mb(7)], &[1, 2, 3, 4, 5, 6, 7, 8]);
        let mut both = vec![mb(20); 8];
        both.extend([5; 9]);
        check(&both, &[8, 9, 10, 11, 12, 13, 14, 15]);
    }
}
