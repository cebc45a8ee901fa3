//! The store: takes batches of events, each event once, and tells their senders when they are on the disk.
//!
//! What is taken is in the log, and in memory. [`Store::seal`] moves it into the table of its workspace.

mod contents;
pub mod copy;
mod filter;
mod fresh;
mod intake;
mod known;
mod linked;
mod links;
mod places;
mod removal;
mod rewrite;
mod sealed;
mod sealer;
mod view;

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use self::contents::Contents;
use self::fresh::Fresh;
pub use self::intake::Appended;
use self::intake::{Intake, Order, Waiting};
use self::places::{LOG, LOG_NAME, TABLES};
use self::sealer::{Reply, Sealer};
pub use self::view::View;
use crate::batch::{Batch, Workspace, person_hash};
use crate::error::{Error, Refused, Result};
use crate::event::Micros;
use crate::log::{Log, LogOptions};
use crate::table::remote::{Place, Remote};

/// How a store is kept.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// How its log is kept.
    pub log: LogOptions,
    /// So many bytes of batches wait for the disk at most; who comes then is [refused](Refused::Busy).
    pub waiting_bytes_max: usize,
    /// With so many bytes of batches that are not sealed, sealing begins by itself.
    pub seal_bytes: usize,
    /// So many bytes of batches that are not sealed are in memory at most; who comes then is [refused](Refused::Busy).
    pub recent_bytes_max: usize,
    /// Whether [marked](Batch::mark) batches stay in the log until they are [heard](Store::hear).
    pub holds_marked: bool,
    /// What time it is; files and commits carry it.
    pub clock: fn() -> Micros,
}

impl StoreOptions {
    /// The usual ones, by this clock.
    pub fn new(clock: fn() -> Micros) -> Self {
        Self {
            log: LogOptions::default(),
            waiting_bytes_max: 64 << 20,
            seal_bytes: 16 << 20,
            recent_bytes_max: 128 << 20,
            holds_marked: false,
            clock,
        }
    }
}

/// The events of all workspaces, in a folder of its own; one process at a time. Dropping it waits for what is being written.
#[derive(Debug)]
pub struct Store {
    orders: Option<Sender<Order>>,
    seal_orders: Option<Sender<sealer::Order>>,
    contents: Arc<Contents>,
    fresh: Fresh,
    log_name: String,
    waiting_bytes: Arc<AtomicUsize>,
    options: StoreOptions,
    threads: Vec<JoinHandle<()>>,
}

impl Store {
    /// Opens the store of a folder, which is made when missing, with everything that was acknowledged.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Damaged`] when the log is, [`Error::Table`] and [`Error::File`].
    pub fn open(dir: &Path, options: StoreOptions) -> Result<Self> {
        Self::open_in(dir, None, options)
    }

    /// The same with the tables in an object store, where other stores may write them at the same time; the folder has the log,
    /// and copies of the data files. What others took shows after they sealed it, at the next [`Store::refresh`].
    ///
    /// # Errors
    ///
    /// Those of [`Store::open`], and [`Error::Remote`].
    pub fn open_shared(dir: &Path, remote: Remote, options: StoreOptions) -> Result<Self> {
        refuse_own_tables(&dir.join(TABLES))?;
        Self::open_in(dir, Some(remote), options)
    }

    fn open_in(dir: &Path, remote: Option<Remote>, options: StoreOptions) -> Result<Self> {
        fs::create_dir_all(dir).map_err(Error::disk("create", dir))?;
        let log_name = log_name(dir)?;
        let contents = Arc::new(Contents::new(if options.holds_marked { 0 } else { u64::MAX }));
        let (orders, received) = mpsc::channel();
        let (seal_orders, seal_received) = mpsc::channel();
        let sealer = {
            let tables = Place { dir: dir.join(TABLES), remote };
            let (contents, intake) = (Arc::clone(&contents), orders.clone());
            let log_name = log_name.clone();
            let open = move || Sealer::open(tables, log_name, options.clock, contents);
            start("event-sealer", dir, open, move |sealer| sealer.run(&seal_received, &intake))?
        };
        let mut found = Vec::new();
        let log = Log::open(&dir.join(LOG), options.log, |number, payload| {
            let batch = Batch::from_bytes(payload).ok_or(Error::NoBatch { number })?;
            found.push((number, batch));
            Ok(())
        })?;
        let mut intake = Intake::new(log, Arc::clone(&contents));
        intake.recover(found)?;
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let writer = {
            let waiting = Arc::clone(&waiting_bytes);
            start("event-writer", dir, || Ok(intake), move |intake| intake.run(&received, &waiting))?
        };
        Ok(Self {
            orders: Some(orders),
            seal_orders: Some(seal_orders),
            contents,
            fresh: Fresh::default(),
            log_name,
            waiting_bytes,
            options,
            threads: vec![sealer, writer],
        })
    }

    /// Takes a batch. Its events are on the disk when this returns, those aside that were kept before.
    ///
    /// Who stops waiting does not take the batch back.
    ///
    /// # Errors
    ///
    /// [`Refused`]; then nothing of the batch was kept, and sending it again is safe.
    pub async fn append(&self, batch: Batch) -> Result<Appended, Refused> {
        let n_bytes = batch.as_bytes().len();
        crate::log::check_length(n_bytes).map_err(|error| Refused::Failed(Arc::new(error)))?;
        let orders = self.orders.as_ref().ok_or(Refused::Closed)?;
        if self.contents.recent_bytes() > self.options.recent_bytes_max {
            self.begin_to_seal();
            return Err(Refused::Busy);
        }
        if self.waiting_bytes.fetch_add(n_bytes, Ordering::Relaxed) + n_bytes > self.options.waiting_bytes_max
        {
            self.waiting_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
            return Err(Refused::Busy);
        }
        let (reply, answer) = oneshot::channel();
        orders.send(Order::Append(Waiting { batch, reply })).map_err(|_| Refused::Closed)?;
        let appended = answer.await.map_err(|_| Refused::Closed)?;
        if self.contents.recent_bytes() > self.options.seal_bytes {
            self.begin_to_seal();
        }
        appended
    }

    /// Orders to seal, and to merge when there are many files then, because each event is looked for in every file. Unless
    /// somebody has already. A failure shows at the next [`Store::seal`], or in what is refused.
    fn begin_to_seal(&self) {
        if let Some(orders) = &self.seal_orders
            && self.contents.order_seal()
        {
            for order in [sealer::Order::Seal, sealer::Order::Compact] {
                // A sealer that is gone has said so.
                let _ = orders.send(order(oneshot::channel().0));
            }
        }
    }

    /// Moves everything that was taken until now into the tables of the workspaces; how many events these were.
    ///
    /// # Errors
    ///
    /// What kept it from the first workspace that failed; its events stay in the log, and can be sealed later.
    pub async fn seal(&self) -> Result<usize, Refused> {
        self.order(sealer::Order::Seal).await
    }

    /// Merges small files of the tables into larger ones, until there are few; how often it did. A question that is on its way
    /// keeps its files.
    ///
    /// # Errors
    ///
    /// What kept it from it; every table is then as before or after one of the merges.
    pub async fn compact(&self) -> Result<usize, Refused> {
        self.order(sealer::Order::Compact).await
    }

    /// Looks what other stores did to tables that are shared; in how many tables that is anything.
    ///
    /// # Errors
    ///
    /// What kept it from it.
    pub async fn refresh(&self) -> Result<usize, Refused> {
        self.order(sealer::Order::Refresh).await
    }

    async fn order(&self, order: impl FnOnce(Reply) -> sealer::Order) -> Result<usize, Refused> {
        let orders = self.seal_orders.as_ref().ok_or(Refused::Closed)?;
        let (reply, answer) = oneshot::channel();
        orders.send(order(reply)).map_err(|_| Refused::Closed)?;
        answer.await.map_err(|_| Refused::Closed)?.map_err(|error| Refused::Failed(Arc::new(error)))
    }

    /// All events of a workspace that were taken until now.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub fn view(&self, workspace: Workspace) -> Result<View> {
        // One at a time: each sees all that those before have seen.
        let mut fresh = self.fresh.lock();
        let (sealed, recent) = self.contents.of(workspace);
        let links = self.contents.links(workspace);
        let files = fresh.files(workspace, &recent, &sealed.layout, &links)?;
        View::new(sealed, files, &links)
    }

    /// Lets what is done under the second of each pair of distinct ids and under the first be one person's, for good, in all
    /// answers. Files have it by and by.
    pub fn link<'i>(&self, workspace: Workspace, pairs: impl IntoIterator<Item = (&'i str, &'i str)>) {
        let number = |id| person_hash(workspace, id).cast_signed();
        self.contents.change_links(workspace, |links| {
            pairs.into_iter().for_each(|(from, to)| links.link(number(from), number(to)));
        });
    }

    /// Lets these pairs of distinct ids, and no others, be one person's for now, in all answers. No file has it.
    pub fn hold_as_one<'i>(&self, workspace: Workspace, pairs: impl IntoIterator<Item = (&'i str, &'i str)>) {
        let number = |id| person_hash(workspace, id).cast_signed();
        self.contents.change_links(workspace, |links| {
            let pairs = pairs.into_iter().map(|(from, to)| (links.lasting(number(from)), number(to)));
            let pairs = pairs.filter(|(from, to)| *from != links.lasting(*to)).collect();
            links.hold_as_one(pairs);
        });
    }

    /// The number of the person in answers.
    pub fn person_number(&self, workspace: Workspace, distinct_id: &str) -> i64 {
        self.contents.links(workspace).current(person_hash(workspace, distinct_id).cast_signed())
    }

    /// All numbers that events with these distinct ids have in [files](View::files), in order.
    pub fn numbers_in_files(&self, workspace: Workspace, distinct_ids: &[String]) -> Vec<i64> {
        let links = self.contents.links(workspace);
        let number = |id: &String| person_hash(workspace, id).cast_signed();
        let mut numbers: Vec<i64> = distinct_ids.iter().flat_map(|id| links.chain(number(id))).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// What this log is called: different for every log, also of other stores.
    pub fn log_name(&self) -> &str {
        &self.log_name
    }

    /// The [marked](Batch::mark) batches in the log from this number on, about so many bytes of them, and the number behind the
    /// last that was looked at.
    pub fn marked(&self, from: u64, n_bytes: usize) -> (Vec<Arc<Batch>>, u64) {
        let (mut batches, mut next, mut n_taken) = (Vec::new(), from, 0);
        for (number, batch) in self.contents.recent().into_iter().filter(|(number, _)| *number >= from) {
            if n_taken >= n_bytes {
                break;
            }
            next = number + 1;
            if batch.is_marked() {
                n_taken += batch.as_bytes().len();
                batches.push(batch);
            }
        }
        (batches, next)
    }

    /// Marked batches before this number may be sealed: what they tell of people is known for good.
    pub fn hear(&self, before: u64) {
        self.contents.hear(before);
    }

    /// A number that changes with every change of what is in the store, until it is opened again.
    pub fn version(&self) -> u64 {
        self.contents.version()
    }

    /// Bytes of the batches that are not sealed yet.
    pub fn unsealed_bytes(&self) -> usize {
        self.contents.recent_bytes()
    }

    /// Bytes of the data files of all tables, without those that wait to be removed.
    pub fn sealed_bytes(&self) -> u64 {
        self.contents.sealed_bytes()
    }

    /// The workspaces that have events.
    pub fn workspaces(&self) -> Vec<Workspace> {
        self.contents.workspaces()
    }
}

/// Tables that are only here would not be seen, and their files taken for copies that nobody needs.
fn refuse_own_tables(tables: &Path) -> Result<()> {
    for workspace in if tables.exists() { sealer::list(tables)? } else { Vec::new() } {
        let path = sealer::path(tables, workspace);
        if path.join(places::COMMITS).exists() {
            let why = "it has tables of its own: bring them over with a backup";
            return Err(Error::disk("share", &path)(std::io::Error::other(why)));
        }
    }
    Ok(())
}

impl Drop for Store {
    fn drop(&mut self) {
        self.seal_orders.take();
        self.orders.take();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so, and dropped whoever waited for it.
            let _ = thread.join();
        }
    }
}

/// Makes something in a thread of its own, waits until it is made, and leaves the thread to it.
fn start<T>(
    name: &str,
    dir: &Path,
    make: impl FnOnce() -> Result<T> + Send + 'static,
    run: impl FnOnce(T) + Send + 'static,
) -> Result<JoinHandle<()>> {
    let (ready, answer) = mpsc::channel();
    let work = move || match make() {
        Ok(it) => {
            let _ = ready.send(Ok(()));
            run(it);
        }
        Err(error) => {
            let _ = ready.send(Err(error));
        }
    };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    let thread = thread.map_err(Error::disk("start a thread for", dir))?;
    match answer.recv() {
        Ok(outcome) => outcome.map(|()| thread),
        Err(_) => match thread.join() {
            Ok(()) => Err(Error::disk("start a thread for", dir)(std::io::ErrorKind::Other.into())),
            Err(panic) => std::panic::resume_unwind(panic),
        },
    }
}

/// What the log of this folder is called in the tables: different for every log, so that one that is lost and begun anew is not
/// taken for the old one.
fn log_name(dir: &Path) -> Result<String> {
    let path = dir.join(LOG_NAME);
    match fs::read_to_string(&path) {
        Ok(name) if name.len() == 32 => return Ok(name),
        // Cut off by a crash before anything was taken.
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::disk("read", &path)(error)),
    }
    // The standard library seeds each of these by chance.
    let half = || RandomState::new().hash_one(&path);
    let name = format!("{:016x}{:016x}", half(), half());
    let written = fs::write(&path, &name).and_then(|()| fs::File::open(&path)?.sync_all());
    written.and_then(|()| fs::File::open(dir)?.sync_all()).map_err(Error::disk("write", &path))?;
    Ok(name)
}

#[cfg(test)]
mod tests;
