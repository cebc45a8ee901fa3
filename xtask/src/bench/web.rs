//! What a browser loads before the first page of the web app runs.

use anyhow::{Context, Result};

use crate::bench::figure::Figure;
use crate::shell::Shell;
use crate::web;

const FIRST_PAGE_KB_MAX: f64 = 100.0;

pub(crate) fn run(shell: &Shell) -> Result<Vec<Figure>> {
    web::build(shell)?;
    let printed = shell.output(web::npm(shell, "web")?.args(["run", "--silent", "size"]))?;
    let bytes = printed.split_whitespace().find_map(|word| word.parse::<f64>().ok());
    let bytes = bytes.with_context(|| format!("the size is a number in {printed:?}"))?;
    let what = "compressed JavaScript of the first page";
    Ok(vec![Figure::at_most(what, FIRST_PAGE_KB_MAX, bytes / 1_000.0, "KB")])
}
