//! The write-ahead log: what was accepted is on the disk before anybody is told so.
//!
//! A log is a folder of segments, each a row of frames with numbers that go on from segment to
//! segment. [`Log::append`] takes many frames and waits for the disk once. A crash can only cut off the last segment, behind
//! everything that was acknowledged; [`Log::open`] finds that place and goes on there.

mod frame;
mod segment;

use std::fs;
use std::path::{Path, PathBuf};

use self::segment::Segment;
use crate::error::{Error, Result};

/// The names of the files of a log, in the order of its frames.
///
/// # Errors
///
/// [`Error::Disk`].
pub fn segments(dir: &Path) -> Result<Vec<String>> {
    let firsts = segment::list(dir)?.into_iter();
    let name = |first| segment::path(dir, first).file_name()?.to_str().map(str::to_owned);
    Ok(firsts.filter_map(name).collect())
}

/// Whether a payload of so many bytes can be appended.
///
/// # Errors
///
/// [`Error::TooLong`].
pub fn check_length(n_bytes: usize) -> Result<()> {
    match n_bytes {
        0..=frame::PAYLOAD_BYTES_MAX => Ok(()),
        _ => Err(Error::TooLong { n_bytes, n_bytes_max: frame::PAYLOAD_BYTES_MAX }),
    }
}

/// How a log is kept.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions {
    /// A segment with more bytes is followed by a new one.
    pub segment_bytes: u64,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20 }
    }
}

/// An append-only log in a folder of its own; one process at a time.
///
/// ```
/// use heedful_events::log::{Log, LogOptions};
///
/// # fn main() -> heedful_events::Result<()> {
/// let dir = tempfile::tempdir().unwrap();
/// let mut log = Log::open(dir.path(), LogOptions::default(), |_, _| Ok(()))?;
/// assert_eq!(log.append([b"first".as_slice(), b"second"])?, 0);
/// drop(log);
///
/// let mut found = Vec::new();
/// let log = Log::open(dir.path(), LogOptions::default(), |number, payload| {
///     found.push((number, payload.to_vec()));
///     Ok(())
/// })?;
/// assert_eq!(found, [(0, b"first".to_vec()), (1, b"second".to_vec())]);
/// assert_eq!(log.next(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Log {
    dir: PathBuf,
    options: LogOptions,
    /// The last segment; none after a failure that left its end unknown, until the next append begins a new one.
    active: Option<Segment>,
    /// The first numbers of the segments before the active one.
    sealed: Vec<u64>,
    next: u64,
}

impl Log {
    /// Opens the log of a folder, which is made when missing, and hands every frame to `on_frame` with its number.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Damaged`] when a frame before the end is not whole, and whatever `on_frame` returns.
    pub fn open(
        dir: &Path,
        options: LogOptions,
        mut on_frame: impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<Self> {
        fs::create_dir_all(dir).map_err(Error::disk("create", dir))?;
        let firsts = segment::list(dir)?;
        let mut log = Self { dir: dir.to_owned(), options, active: None, sealed: Vec::new(), next: 0 };
        for (index, first) in firsts.iter().copied().enumerate() {
            let after = firsts.get(index + 1).copied();
            // A segment that could not be restored after a failed append may have more at its end than was acknowledged:
            // the log went on in the next one.
            let read = segment::read(dir, first, after.unwrap_or(u64::MAX), &mut on_frame)?;
            log.next = first + read.n_frames;
            match after {
                Some(after) if after == log.next => log.sealed.push(first),
                Some(_) => {
                    return Err(Error::Damaged { path: segment::path(dir, first), offset: read.n_bytes });
                }
                None if read.n_bytes == 0 => log.active = Some(Segment::create(dir, first)?),
                None => log.active = Some(Segment::reopen(dir, first, read.n_bytes)?),
            }
        }
        Ok(log)
    }

    /// Appends payloads, one frame each, and returns the number of the first. They are on the disk when this returns, all
    /// with one wait for it; after an error none of them is in the log.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`], or [`Error::Disk`], of which a full disk is told by [`Error::is_disk_full`].
    pub fn append<'p>(&mut self, payloads: impl IntoIterator<Item = &'p [u8]>) -> Result<u64> {
        let (mut frames, mut n_frames) = (Vec::new(), 0);
        for payload in payloads {
            check_length(payload.len())?;
            frame::push(&mut frames, payload);
            n_frames += 1;
        }
        let first = self.next;
        let segment = self.active()?;
        if let Err(error) = segment.append(&frames) {
            if segment.restore().is_err() {
                self.seal();
                self.active = None;
            }
            return Err(error);
        }
        self.next += n_frames;
        Ok(first)
    }

    /// The number that the next frame gets.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Ends the active segment, so that it can be removed when its frames are kept elsewhere.
    pub fn seal(&mut self) {
        let ended = self.active.take_if(|segment| segment.first < self.next);
        self.sealed.extend(ended.map(|segment| segment.first));
    }

    /// Removes the sealed segments that only have frames before `number`. One segment always stays: its name remembers where
    /// the numbers go on.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`]; what was not removed is tried again the next time.
    pub fn remove_before(&mut self, number: u64) -> Result<()> {
        self.active()?;
        while let Some(first) = self.sealed.first().copied() {
            let after = self.sealed.get(1).copied().or(self.active.as_ref().map(|segment| segment.first));
            if after.unwrap_or(self.next) > number {
                break;
            }
            segment::remove(&self.dir, first)?;
            self.sealed.remove(0);
        }
        Ok(())
    }

    /// The segment to append to: a new one when there is none or the last is full.
    fn active(&mut self) -> Result<&mut Segment> {
        if self.active.as_ref().is_some_and(|segment| segment.n_bytes >= self.options.segment_bytes) {
            self.seal();
        }
        match &mut self.active {
            Some(segment) => Ok(segment),
            none => Ok(none.insert(Segment::create(&self.dir, self.next)?)),
        }
    }
}

#[cfg(test)]
mod tests;
