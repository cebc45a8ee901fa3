//! Sealed events: those in the data files of a workspace's table.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::filter::{Filter, hash};
use super::linked::LinkedFile;
use super::links::Links;
use crate::batch::EventKey;
use crate::error::{Error, Result};
use crate::event::EventId;
use crate::scan::file::{DataFile, RowGroup};
use crate::table::delta::Table;
use crate::table::layout::{EVENT_ID, Layout, PERSON};

/// Filters lie in this folder beside the data files. Who reads the table passes over names that begin so.
const FILTERS: &str = "_filters";

/// The sealed events of one workspace.
#[derive(Debug, Default)]
pub struct Sealed {
    /// The data files.
    pub files: Vec<Arc<SealedFile>>,
    /// The columns of the table.
    pub layout: Layout,
    /// What the log has before this number is here.
    pub before: u64,
    /// The commit of the table that this is as of.
    pub version: u64,
}

/// A data file with its filter.
#[derive(Debug)]
pub struct SealedFile {
    /// Its name in the folder of the table.
    pub name: String,
    /// Its length.
    pub n_bytes: u64,
    /// The file.
    pub file: LinkedFile,
    /// One for each row group: a whole file's would need much memory while it is made.
    filters: Vec<Filter>,
}

impl Sealed {
    /// What a table has, of which files that were open before stay open.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::File`], [`Error::Table`].
    pub fn read(table: &Table, earlier: &Self, before: u64) -> Result<Self> {
        let open: HashMap<&str, &Arc<SealedFile>> =
            earlier.files.iter().map(|file| (file.name.as_str(), file)).collect();
        let file = |name: String| match open.get(name.as_str()) {
            Some(file) => Ok(Arc::clone(file)),
            None => SealedFile::open(table.dir(), name).map(Arc::new),
        };
        let files = table.files()?.into_iter().map(file).collect::<Result<_>>()?;
        Ok(Self { files, layout: table.layout().clone(), before, version: table.version() })
    }

    /// Which of these events are here, under any number that their person had when they were sealed.
    ///
    /// # Errors
    ///
    /// Those of [`RowGroup::read_integers`].
    pub fn find(&self, keys: &[EventKey], links: &Links) -> Result<HashSet<EventKey>> {
        let mut found = HashSet::new();
        let as_sealed = |key: EventKey| {
            let numbers = links.chain(key.person.cast_signed());
            numbers.map(move |number| (hash(EventKey { person: number.cast_unsigned(), ..key }), number, key))
        };
        let mut hashed: Vec<(u64, i64, EventKey)> = keys.iter().flat_map(|key| as_sealed(*key)).collect();
        hashed.sort_unstable_by_key(|(_, number, key)| (*number, key.id));
        for file in &self.files {
            for (group, filter) in file.file.data.groups().zip(&file.filters) {
                let (min, max) = group.bounds(PERSON).unwrap_or((i64::MIN, i64::MAX));
                let start = hashed.partition_point(|(_, number, _)| *number < min);
                let end = hashed.partition_point(|(_, number, _)| *number <= max);
                let may_be_there = hashed[start..end].iter().filter(|(hash, ..)| filter.contains(*hash));
                let candidates: Vec<_> = may_be_there.map(|(_, number, key)| (*number, *key)).collect();
                if !candidates.is_empty() {
                    find_in(group, &candidates, &mut found)?;
                }
            }
        }
        Ok(found)
    }
}

impl SealedFile {
    fn open(dir: &Path, name: String) -> Result<Self> {
        let file = dir.join(&name);
        let n_bytes = fs::metadata(&file).map_err(Error::disk("read", &file))?.len();
        let data = DataFile::open(&file)?;
        let path = dir.join(FILTERS).join(format!("{name}.fuse"));
        let kept = fs::read(&path).ok().and_then(|bytes| Filter::all_from_bytes(&bytes));
        let kept = kept.filter(|filters| filters.len() == data.groups().len());
        let filters = kept.map_or_else(|| make_filters(&data, &path), Ok)?;
        Ok(Self { name, n_bytes, file: LinkedFile::new(data), filters })
    }
}

/// Makes the filters of a file and keeps them. Nothing waits for the disk here: what is lost is made again.
fn make_filters(data: &DataFile, path: &Path) -> Result<Vec<Filter>> {
    let make = |group| {
        let (people, ids) = read_keys(group)?;
        let key = |(person, id): (&i64, &i64)| EventKey {
            person: person.cast_unsigned(),
            id: EventId(id.cast_unsigned()),
        };
        let none = || Error::Damaged { path: path.to_owned(), offset: 0 };
        Filter::new(people.iter().zip(&ids).map(key)).ok_or_else(none)
    };
    let filters = data.groups().map(make).collect::<Result<Vec<Filter>>>()?;
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(Error::disk("create", dir))?;
    }
    fs::write(path, Filter::all_to_bytes(&filters)).map_err(Error::disk("write", path))?;
    Ok(filters)
}

/// Removes the filters of files that are gone.
///
/// # Errors
///
/// [`Error::Disk`].
pub fn remove_lost_filters(dir: &Path) -> Result<()> {
    let filters = dir.join(FILTERS);
    for entry in fs::read_dir(&filters).map_err(Error::disk("read", &filters))? {
        let path = entry.map_err(Error::disk("read", &filters))?.path();
        let is_lost = path.file_stem().is_some_and(|name| !dir.join(name).exists());
        if is_lost {
            fs::remove_file(&path).map_err(Error::disk("remove", &path))?;
        }
    }
    Ok(())
}

fn read_keys(group: RowGroup) -> Result<(Vec<i64>, Vec<i64>)> {
    let (mut person, mut id) = (Vec::new(), Vec::new());
    group.read_integers(PERSON, &mut person)?;
    group.read_integers(EVENT_ID, &mut id)?;
    Ok((person, id))
}

/// Adds those of the events that a row group has.
fn find_in(group: RowGroup, candidates: &[(i64, EventKey)], found: &mut HashSet<EventKey>) -> Result<()> {
    let (people, ids) = read_keys(group)?;
    for (person, key) in candidates {
        let first = people.partition_point(|one| one < person);
        let last = people.partition_point(|one| one <= person);
        if ids[first..last].contains(&key.id.0.cast_signed()) {
            found.insert(*key);
        }
    }
    Ok(())
}
