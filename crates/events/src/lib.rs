#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod batch;
mod error;
pub mod event;
pub mod log;

pub use error::{Error, Result};
