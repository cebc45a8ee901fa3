#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod batch;
mod error;
pub mod event;
pub mod journey;
pub mod log;
pub mod question;
pub mod scan;
pub mod store;
pub mod table;

pub use batch::Batch;
pub use error::{Error, Refused, Result};
pub use event::{Event, EventId, Micros, Value};
pub use store::{Appended, Store, StoreOptions};
