//! The web app is embedded from `web/build`; the folder must exist for the crate to compile without it.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new("../../web/build");
    std::fs::create_dir_all(folder)?;
    println!("cargo::rerun-if-changed=../../web/build");
    println!("cargo::rerun-if-changed=templates");
    Ok(())
}
