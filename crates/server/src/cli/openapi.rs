//! `heedful openapi`.

use crate::routes;

#[expect(clippy::print_stdout, reason = "the description is this command's answer")]
pub fn print() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&routes::openapi())?);
    Ok(())
}
