//! Reading of data files for questions: few columns, person by person.

pub mod column;
mod encoding;
pub mod events;
pub mod file;
pub mod pattern;
pub mod people;
pub mod properties;
pub mod property;
pub mod rows;
pub mod source;
pub mod strip;
mod unpack;
