//! The texts of the demo: inside the binary of a release, read from the source folder by a debug build.

use std::path::Path;

use anyhow::Context;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "src/demo/text/"]
struct Files;

pub fn bytes(name: &str) -> anyhow::Result<Vec<u8>> {
    let file = Files::get(name).with_context(|| format!("the demo has no file {name}"))?;
    Ok(file.data.into_owned())
}

pub fn text(name: &str) -> anyhow::Result<String> {
    String::from_utf8(bytes(name)?).with_context(|| format!("{name} is not UTF-8"))
}

/// The plain text files of a folder, in the order of their names.
pub fn names_in(folder: &str) -> Vec<String> {
    let is_in = |name: &String| {
        name.starts_with(folder) && Path::new(name).extension().is_some_and(|ending| ending == "txt")
    };
    let mut names: Vec<String> = Files::iter().map(std::borrow::Cow::into_owned).filter(is_in).collect();
    names.sort();
    names
}
