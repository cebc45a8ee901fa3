#![doc = include_str!("../README.md")]

pub mod bet;
pub mod chain;
pub mod connect;
pub mod decide;
pub mod error;
pub mod experiment;
pub mod home;
pub mod listen;
pub mod measure;
pub mod migrate;
pub mod platform;
pub mod query;
pub mod share;
#[cfg(feature = "testing")]
pub mod testing;
pub mod types;
pub mod understand;

pub use connect::{Conn, Db, Tx};
pub use error::{Error, Result};
pub use query::{Cursor, Page};
pub use types::{Flag, Micros, WorkspaceId};
