//! Segments: the files of a log. Each is named after the number of its first frame, so that the names are the index.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::frame;
use crate::error::{Error, Result};

const EXTENSION: &str = "log";
/// What every segment begins with; the digit is the version of the format.
const MAGIC: &[u8; 8] = b"HEEDLOG1";

/// A segment that frames are appended to.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    file: File,
    /// The number of the first frame.
    pub first: u64,
    /// So many bytes are on the disk and whole.
    pub n_bytes: u64,
}

impl Segment {
    /// A new one, on the disk with its name when this returns.
    pub fn create(dir: &Path, first: u64) -> Result<Self> {
        let path = path(dir, first);
        let create = || {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
            file.write_all(MAGIC)?;
            file.sync_data()?;
            File::open(dir)?.sync_all()?;
            Ok(file)
        };
        let file = create().map_err(Error::disk("create", &path))?;
        Ok(Self { path, file, first, n_bytes: MAGIC.len() as u64 })
    }

    /// Opens one to go on after its last whole frame; what stands behind it was never acknowledged and is cut off.
    pub fn reopen(dir: &Path, first: u64, n_bytes: u64) -> Result<Self> {
        let path = path(dir, first);
        let reopen = || {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            file.set_len(n_bytes)?;
            file.seek(SeekFrom::End(0))?;
            // A killed process may have written what it did not wait for; who sends that again is told that it is here.
            file.sync_all()?;
            Ok(file)
        };
        let file = reopen().map_err(Error::disk("open", &path))?;
        Ok(Self { path, file, first, n_bytes })
    }

    /// Appends frames that are on the disk when this returns. After an error the segment is as before, unless it
    /// [cannot be restored](Self::restore).
    pub fn append(&mut self, frames: &[u8]) -> Result<()> {
        let written = self.file.write_all(frames).and_then(|()| self.file.sync_data());
        written.map_err(Error::disk("write", &self.path))?;
        self.n_bytes += frames.len() as u64;
        Ok(())
    }

    /// Cuts off what a failed append left behind.
    pub fn restore(&mut self) -> Result<()> {
        let mut restore = || {
            self.file.set_len(self.n_bytes)?;
            self.file.seek(SeekFrom::Start(self.n_bytes))?;
            self.file.sync_all()
        };
        restore().map_err(Error::disk("cut", &self.path))
    }
}

/// What was read of a segment.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    /// Whole frames.
    pub n_frames: u64,
    /// Bytes up to the end of the last of them.
    pub n_bytes: u64,
}

/// Reads the frames of a segment one by one, up to the first that is not whole or is numbered `end`. A file too short for its
/// beginning, which a crash leaves when it comes between creating and writing, is a segment without frames.
pub fn read(
    dir: &Path,
    first: u64,
    end: u64,
    mut on_frame: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<Read> {
    let path = path(dir, first);
    let bytes = fs::read(&path).map_err(Error::disk("read", &path))?;
    let Some(mut rest) = bytes.strip_prefix(MAGIC) else {
        if bytes.len() < MAGIC.len() {
            return Ok(Read { n_frames: 0, n_bytes: 0 });
        }
        return Err(Error::Damaged { path, offset: 0 });
    };
    let mut number = first;
    while let Some((payload, after)) = frame::split(rest).filter(|_| number < end) {
        on_frame(number, payload)?;
        number += 1;
        rest = after;
    }
    Ok(Read { n_frames: number - first, n_bytes: (bytes.len() - rest.len()) as u64 })
}

/// The first numbers of all segments in a folder, in order; other files are left alone.
pub fn list(dir: &Path) -> Result<Vec<u64>> {
    let mut firsts = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::disk("read", dir))? {
        let path = entry.map_err(Error::disk("read", dir))?.path();
        let is_segment = path.extension().is_some_and(|extension| extension == EXTENSION);
        let name = path.file_stem().and_then(|name| name.to_str());
        let first = name.and_then(|name| name.parse::<u64>().ok());
        firsts.extend(first.filter(|_| is_segment));
    }
    firsts.sort_unstable();
    Ok(firsts)
}

pub fn remove(dir: &Path, first: u64) -> Result<()> {
    let path = path(dir, first);
    fs::remove_file(&path).map_err(Error::disk("remove", &path))
}

/// The file of a segment.
pub fn path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.{EXTENSION}"))
}
