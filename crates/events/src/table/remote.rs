//! A folder of an object store, such as S3: what is there belongs to everybody who writes into it at once.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, parse_url_opts};
use tokio::io::AsyncWriteExt;
use url::Url;

use crate::error::{Error, Result};

/// Pieces of a file on its way to the object store, and of what is read from the disk for it.
const PIECE_BYTES: usize = 8 << 20;

/// A folder of an object store.
#[derive(Clone, Debug)]
pub struct Remote {
    store: Arc<dyn ObjectStore>,
    /// Where it is, with a slash at the end.
    url: Url,
    /// Where it is within the object store.
    path: Path,
}

impl Remote {
    /// The folder at an address such as `s3://bucket/heedful`. Keys, region and endpoint are those of the environment
    /// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`).
    ///
    /// # Errors
    ///
    /// [`Error::Remote`].
    pub fn of(address: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Self> {
        let refuse = |source: Box<dyn std::error::Error + Send + Sync>| Error::Remote {
            what: "open",
            address: address.to_owned(),
            source: object_store::Error::Generic { store: "address", source },
        };
        let slash = if address.ends_with('/') { "" } else { "/" };
        let url = Url::parse(&format!("{address}{slash}")).map_err(|error| refuse(error.into()))?;
        let options = environment.map(|(name, value)| (name.to_lowercase(), value));
        let options = options.filter(|(name, _)| name.starts_with("aws_"));
        let (store, path) = parse_url_opts(&url, options).map_err(|error| refuse(error.into()))?;
        Ok(Self { store: Arc::from(store), url, path })
    }

    /// The same for an object store that is at hand; `url` says how it is called.
    pub fn new(store: Arc<dyn ObjectStore>, url: Url) -> Self {
        let path = Path::from(url.path());
        Self { store, url, path }
    }

    /// Where it is, for people.
    pub fn address(&self) -> &str {
        self.url.as_str()
    }

    /// Whether it can be written, and keeps one of two who write the same name at once from doing so: without that commits would
    /// be lost.
    ///
    /// # Errors
    ///
    /// [`Error::Remote`].
    pub async fn check(&self) -> Result<()> {
        let path = self.at(&format!("check-{}", std::process::id()));
        // One may be left of a check that was broken off.
        self.store.put(&path, "heedful".into()).await.map_err(self.error("write"))?;
        let again = self.store.put_opts(&path, "heedful".into(), PutMode::Create.into()).await;
        self.store.delete(&path).await.map_err(self.error("remove"))?;
        match again {
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(())
            }
            Err(error) => Err(self.error("write")(error)),
            Ok(_) => Err(self.error("share")(failed(std::io::Error::other(
                "it does not know conditional writes, and lets two servers write the same commit",
            )))),
        }
    }

    /// A folder within it.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{name}/", self.url.path()));
        Self { store: Arc::clone(&self.store), url, path: self.path.clone().join(name) }
    }

    /// How Delta reads and writes the table of this folder. A commit is an object that must not be there yet.
    pub fn log_store(&self) -> LogStoreRef {
        let prefixed = PrefixStore::new(Arc::clone(&self.store), self.path.clone());
        default_logstore(Arc::new(prefixed), Arc::clone(&self.store), &self.url, &StorageConfig::default())
    }

    /// The folders within it.
    ///
    /// # Errors
    ///
    /// [`Error::Remote`].
    pub async fn folders(&self) -> Result<Vec<String>> {
        let listed = self.store.list_with_delimiter(Some(&self.path)).await;
        let listed = listed.map_err(self.error("list"))?;
        Ok(listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect())
    }

    /// The files in it, those within its folders aside.
    ///
    /// # Errors
    ///
    /// [`Error::Remote`].
    pub async fn files(&self) -> Result<Vec<String>> {
        let listed = self.store.list_with_delimiter(Some(&self.path)).await;
        let listed = listed.map_err(self.error("list"))?;
        Ok(listed.objects.iter().filter_map(|object| object.location.filename().map(str::to_owned)).collect())
    }

    /// Writes a file of the disk under a name.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Remote`].
    pub async fn put(&self, name: &str, from: &FilePath) -> Result<()> {
        let mut file = tokio::fs::File::open(from).await.map_err(Error::disk("open", from))?;
        let path = self.at(name);
        let mut out = BufWriter::with_capacity(Arc::clone(&self.store), path, PIECE_BYTES);
        let copied = async {
            tokio::io::copy_buf(&mut tokio::io::BufReader::with_capacity(PIECE_BYTES, &mut file), &mut out)
                .await?;
            out.shutdown().await
        };
        copied.await.map_err(|error| self.error("write")(failed(error)))
    }

    /// Brings an object to the disk, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Remote`].
    pub async fn get(&self, name: &str, to: &FilePath) -> Result<()> {
        let got = self.store.get(&self.at(name)).await.map_err(self.error("read"))?;
        let partial = to.with_added_extension("partial");
        let mut out = File::create(&partial).map_err(Error::disk("create", &partial))?;
        let mut pieces = got.into_stream();
        while let Some(piece) = futures_util::StreamExt::next(&mut pieces).await {
            let piece = piece.map_err(self.error("read"))?;
            out.write_all(&piece).map_err(Error::disk("write", &partial))?;
        }
        out.sync_all().map_err(Error::disk("write", &partial))?;
        fs::rename(&partial, to).map_err(Error::disk("move", &partial))
    }

    /// Brings all files of a folder within it to the disk, under the same names.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Remote`].
    pub async fn download(&self, folder: &str, to: &FilePath) -> Result<()> {
        let (within, to) = (self.within(folder), to.join(folder));
        fs::create_dir_all(&to).map_err(Error::disk("create", &to))?;
        for name in within.files().await? {
            within.get(&name, &to.join(&name)).await?;
        }
        Ok(())
    }

    /// Removes objects; those that are gone already are no failure.
    ///
    /// # Errors
    ///
    /// [`Error::Remote`].
    pub async fn delete(&self, names: &[String]) -> Result<()> {
        for name in names {
            match self.store.delete(&self.at(name)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(self.error("remove")(error)),
            }
        }
        Ok(())
    }

    /// Where a file is, whose name may have slashes.
    fn at(&self, name: &str) -> Path {
        name.split('/').fold(self.path.clone(), Path::join)
    }

    fn error(&self, what: &'static str) -> impl FnOnce(object_store::Error) -> Error + use<> {
        let address = self.url.to_string();
        move |source| Error::Remote { what, address, source }
    }
}

/// What the writer of an object store says.
fn failed(error: std::io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "object store", source: error.into() }
}

/// Where the files of a table are: in a folder, or in an object store, of which the folder then has copies.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder.
    pub dir: PathBuf,
    /// The object store.
    pub remote: Option<Remote>,
}

impl Place {
    /// A folder within it.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        Self { dir: self.dir.join(name), remote: self.remote.as_ref().map(|remote| remote.within(name)) }
    }
}
