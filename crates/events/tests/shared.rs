//! Tables in an object store that several stores write at once: nothing is lost and nothing there twice, also when the object
//! store fails, and when it is a real one.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};
use heedful_events::scan::file::DataFile;
use heedful_events::store::copy::publish;
use heedful_events::table::layout::{EVENT_ID, PERSON};
use heedful_events::table::remote::Remote;
use heedful_events::{Batch, Event, EventId, Store, StoreOptions, Value};
use object_store::memory::InMemory;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, path,
};
use url::Url;

const WORKSPACE: [u8; 16] = [7; 16];

/// Events of ten people; half of them with a property that only this writer has.
fn batch(ids: impl Iterator<Item = u64>, own: &'static str) -> Batch {
    let mut batch = Batch::new(WORKSPACE, 0);
    for id in ids {
        batch.push(&Event {
            id: EventId(id),
            at: i64::try_from(id).unwrap(),
            distinct_id: format!("person {}", id % 10).into(),
            name: "seen".into(),
            properties: if id % 2 == 0 { vec![(own.into(), Value::Integer(1))] } else { Vec::new() },
        });
    }
    batch
}

/// How often each event is there, by its id.
fn contents(store: &Store) -> BTreeMap<u64, usize> {
    let mut found = BTreeMap::new();
    let view = store.view(WORKSPACE).unwrap();
    for group in view.files().into_iter().flat_map(DataFile::groups) {
        let (mut person, mut id) = (Vec::new(), Vec::new());
        group.read_integers(PERSON, &mut person).unwrap();
        group.read_integers(EVENT_ID, &mut id).unwrap();
        for id in id {
            *found.entry(id.cast_unsigned()).or_default() += 1;
        }
    }
    found
}

/// Each id below `n`, once.
fn each_once(n: u64) -> BTreeMap<u64, usize> {
    (0..n).map(|id| (id, 1)).collect()
}

/// Says what is missing and what is there more than once; everything would be much to read.
fn check(store: &Store, expect: &BTreeMap<u64, usize>) {
    let found = contents(store);
    let missing: Vec<_> = expect.keys().filter(|id| !found.contains_key(id)).collect();
    let twice: Vec<_> = found.iter().filter(|(_, n)| **n > 1).collect();
    assert!(found == *expect, "missing {missing:?}, twice {twice:?}");
}

fn called(store: Arc<dyn ObjectStore>) -> Remote {
    Remote::new(store, Url::parse("memory:///events/").unwrap())
}

fn open(dir: &Path, remote: &Remote) -> Store {
    Store::open_shared(dir, remote.clone(), StoreOptions::new(|| 0)).unwrap()
}

async fn until_done<T, E: fmt::Debug>(what: impl AsyncFn() -> Result<T, E>) {
    for attempt in 0.. {
        match what().await {
            Ok(_) => return,
            Err(error) => assert!(attempt < 50, "{error:?}"),
        }
    }
}

const ROUNDS: u64 = 12;
const PER_ROUND: u64 = 300;

/// Takes its part of the events, seals and merges all the while; every tenth event another writer takes too.
async fn write(store: Store, writer: u64, own: &'static str) -> Store {
    for round in 0..ROUNDS {
        let first = (round * 2 + writer) * PER_ROUND;
        let mine = first..first + PER_ROUND;
        store.append(batch(mine, own)).await.unwrap();
        // Another came first with such a commit: then it is done again.
        until_done(|| store.seal()).await;
        let of_another = (round * 2 + 1 - writer) * PER_ROUND;
        let again = (of_another..of_another + PER_ROUND).step_by(10);
        store.append(batch(again, own)).await.unwrap();
        until_done(|| store.compact()).await;
        until_done(|| store.refresh()).await;
    }
    store
}

async fn write_at_once(remote: &Remote) {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [first, second] = [open(dirs[0].path(), remote), open(dirs[1].path(), remote)];
    let (first, second) = tokio::join!(write(first, 0, "of the first"), write(second, 1, "of the second"));
    let stores = [first, second];
    for _ in 0..2 {
        for store in &stores {
            until_done(|| store.seal()).await;
            until_done(|| store.refresh()).await;
        }
    }
    let all = each_once(ROUNDS * 2 * PER_ROUND);
    for store in &stores {
        check(store, &all);
    }
    drop(stores);
    // Whoever comes new, without any file here, has all of it.
    let dir = tempfile::tempdir().unwrap();
    let third = open(dir.path(), remote);
    check(&third, &all);
    let again = third.append(batch(0..50, "x")).await.unwrap();
    assert_eq!((again.n_new, again.n_known), (0, 50));
    // What one erases is gone for all.
    let other = open(dirs[0].path(), remote);
    assert_eq!(
        third.erase(WORKSPACE, &["person 3"]).await.unwrap(),
        usize::try_from(ROUNDS * 2 * PER_ROUND / 10).unwrap()
    );
    until_done(|| other.refresh()).await;
    for store in [&third, &other] {
        assert!(contents(store).keys().all(|id| id % 10 != 3));
        assert_eq!(contents(store).len(), all.len() * 9 / 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_tables_of_its_own_is_brought_over_and_not_lost() {
    let dir = tempfile::tempdir().unwrap();
    let alone = Store::open(dir.path(), StoreOptions::new(|| 0)).unwrap();
    alone.append(batch(0..500, "x")).await.unwrap();
    alone.seal().await.unwrap();
    alone.append(batch(500..600, "x")).await.unwrap();
    drop(alone);
    let remote = called(Arc::new(InMemory::new()));
    let open_shared = || Store::open_shared(dir.path(), remote.clone(), StoreOptions::new(|| 0));
    assert!(open_shared().unwrap_err().to_string().contains("bring them over"));
    publish(dir.path(), &remote).await.unwrap();
    check(&open_shared().unwrap(), &each_once(600));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_stores_write_one_table_at_once() {
    write_at_once(&called(Arc::new(InMemory::new()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_object_store_is_shared_too() {
    if std::env::var_os("HEEDFUL_S3").is_none() {
        println!("skipped: HEEDFUL_S3 names no server of objects");
        return;
    }
    make_bucket("of-stores");
    let remote = Remote::of("s3://of-stores/of/ours", std::env::vars()).unwrap();
    remote.check().await.unwrap();
    write_at_once(&remote).await;
}

/// Makes a bucket on the server that the environment names.
fn make_bucket(name: &str) {
    let address = std::env::var("AWS_ENDPOINT_URL").unwrap();
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let request =
        format!("PUT /{name} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// An object store that fails now and then: before it does anything, or after it did without saying so.
#[derive(Debug)]
struct Unwell {
    inner: InMemory,
    n_asked: AtomicUsize,
    /// Of so many requests one fails; none when zero.
    every: AtomicUsize,
}

impl Unwell {
    fn is_well(&self) -> bool {
        let n = self.n_asked.fetch_add(1, Ordering::Relaxed);
        let every = self.every.load(Ordering::Relaxed);
        every == 0 || n % every != every - 1
    }

    fn check(&self) -> object_store::Result<()> {
        if self.is_well() {
            return Ok(());
        }
        Err(object_store::Error::Generic { store: "unwell", source: "it fails now".into() })
    }
}

impl fmt::Display for Unwell {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("unwell")
    }
}

#[async_trait]
impl ObjectStore for Unwell {
    async fn put_opts(
        &self,
        at: &path::Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        self.check()?;
        let put = self.inner.put_opts(at, payload, options).await;
        // Done, and nobody hears of it.
        self.check()?;
        put
    }

    async fn put_multipart_opts(
        &self,
        at: &path::Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.check()?;
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &path::Path, options: GetOptions) -> object_store::Result<GetResult> {
        self.check()?;
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        places: BoxStream<'static, object_store::Result<path::Path>>,
    ) -> BoxStream<'static, object_store::Result<path::Path>> {
        match self.check() {
            Ok(()) => self.inner.delete_stream(places),
            Err(error) => futures_util::stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&path::Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        match self.check() {
            Ok(()) => self.inner.list(prefix),
            Err(error) => futures_util::stream::once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&path::Path>) -> object_store::Result<ListResult> {
        self.check()?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(
        &self,
        from: &path::Path,
        to: &path::Path,
        options: CopyOptions,
    ) -> object_store::Result<()> {
        self.check()?;
        self.inner.copy_opts(from, to, options).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_store_that_fails_loses_nothing_and_brings_nothing_twice() {
    for every in [3, 5, 7, 11] {
        let unwell =
            Unwell { inner: InMemory::new(), n_asked: AtomicUsize::new(0), every: AtomicUsize::new(0) };
        let unwell = Arc::new(unwell);
        let remote = called(Arc::clone(&unwell) as _);
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(dir.path(), &remote);
        let mut n_failed = 0;
        for round in 0..20 {
            unwell.every.store(every, Ordering::Relaxed);
            let taken = store.append(batch(round * 100..round * 100 + 100, "x")).await.unwrap();
            assert_eq!(taken.n_new, 100, "what is acknowledged is on the disk here");
            n_failed += usize::from(store.seal().await.is_err());
            n_failed += usize::from(store.compact().await.is_err());
            if round % 5 == 4 {
                unwell.every.store(0, Ordering::Relaxed);
                drop(store);
                store = open(dir.path(), &remote);
            }
        }
        assert!(n_failed > 0, "it never failed");
        unwell.every.store(0, Ordering::Relaxed);
        store.seal().await.unwrap();
        check(&store, &each_once(2_000));
        drop(store);
        let dir = tempfile::tempdir().unwrap();
        check(&open(dir.path(), &remote), &each_once(2_000));
    }
}
