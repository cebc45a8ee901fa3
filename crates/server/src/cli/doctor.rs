//! `heedful doctor`: says what is fine and what is not, before users notice.

use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use heedful_db::platform::jobs;
use heedful_db::{Db, migrate};
use heedful_events::store::copy::Remote;
use lettre::{AsyncSmtpTransport, Tokio1Executor};

use super::args::{ServeArgs, StoreArgs};
use super::serve;
use crate::platform::time;

/// Less room than this stops a busy server within days.
const FREE_BYTES_MIN: u64 = 1 << 30;
const SMTP_WAIT: Duration = Duration::from_secs(10);
/// Clocks of several nodes may differ by this much.
const CLOCK_SLACK_S: i64 = 300;

/// What was looked at, and what was found.
struct Finding {
    what: &'static str,
    outcome: Result<String, String>,
}

#[expect(clippy::print_stdout, reason = "the findings are this command's answer")]
pub async fn doctor(args: ServeArgs) -> anyhow::Result<()> {
    let mut findings = check_folder(&args.store.data);
    findings.extend(check_database(&args.store).await);
    findings.extend(check_object_store(&args.store).await);
    findings.push(check_mail(args.smtp_url.as_deref(), &args.mail_from).await);
    findings.push(check_links(&args));
    for finding in &findings {
        match &finding.outcome {
            Ok(fine) => println!("ok       {}: {fine}", finding.what),
            Err(problem) => println!("PROBLEM  {}: {problem}", finding.what),
        }
    }
    let n_problems = findings.iter().filter(|finding| finding.outcome.is_err()).count();
    match n_problems {
        0 => Ok(()),
        1 => bail!("there is 1 problem"),
        n => bail!("there are {n} problems"),
    }
}

async fn check_object_store(store: &StoreArgs) -> Option<Finding> {
    let address = store.object_store.as_deref()?;
    let checked = async { anyhow::Ok(Remote::of(address, std::env::vars())?.check().await?) };
    let fine = format!("{address} can be written, also by several servers at once");
    let outcome = checked.await.map(|()| fine).map_err(|error| format!("{error:#}"));
    Some(Finding { what: "object store", outcome })
}

fn check_folder(folder: &Path) -> Vec<Finding> {
    let what = "data folder";
    let Ok(metadata) = std::fs::metadata(folder) else {
        let fine = format!("{} is not there yet; the first start makes it", folder.display());
        return vec![Finding { what, outcome: Ok(fine) }];
    };
    let outcome = if !metadata.is_dir() {
        Err(format!("{} is not a folder", folder.display()))
    } else if is_open_to_others(&metadata) {
        Err(format!("others on this machine may look into {0}; run: chmod 700 {0}", folder.display()))
    } else {
        can_write(folder)
    };
    vec![Finding { what, outcome }, Finding { what: "free space", outcome: check_space(folder) }]
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

fn can_write(folder: &Path) -> Result<String, String> {
    let probe = folder.join(".doctor");
    let done = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    match done {
        Ok(()) => Ok(format!("{} can be written", folder.display())),
        Err(error) => Err(format!("{} cannot be written: {error}", folder.display())),
    }
}

fn check_space(folder: &Path) -> Result<String, String> {
    let free = fs4::available_space(folder).map_err(|error| format!("cannot be told: {error}"))?;
    let words = format!("{} MB are left", free >> 20);
    if free < FREE_BYTES_MIN { Err(format!("only {words}")) } else { Ok(words) }
}

async fn check_database(store: &StoreArgs) -> Vec<Finding> {
    let what = "database";
    if !serve::may_exist(store) {
        return vec![Finding { what, outcome: Ok("is not there yet; the first start makes it".to_owned()) }];
    }
    let db = match serve::connect(store).await {
        Ok(db) => db,
        Err(error) => return vec![Finding { what, outcome: Err(format!("{error:#}")) }],
    };
    let schema = match migrate::pending(&db).await {
        Ok(pending) if pending.is_empty() => Ok("answers and has the newest schema".to_owned()),
        Ok(pending) => Err(format!("needs `heedful migrate` for: {}", pending.join(", "))),
        Err(error) => Err(error.to_string()),
    };
    let mut findings = Vec::new();
    if schema.is_ok() {
        findings.push(Finding { what: "clock", outcome: check_clock(&db, store).await });
    }
    findings.insert(0, Finding { what, outcome: schema });
    db.close().await;
    findings
}

/// A clock that runs behind what was written already would put new things before old ones.
async fn check_clock(db: &Db, store: &StoreArgs) -> Result<String, String> {
    let now = serve::clock(store.now).now();
    let newest =
        async { jobs::newest_at(&mut *db.read().await?).await }.await.map_err(|error| error.to_string())?;
    match newest {
        Some(newest) if newest > now + CLOCK_SLACK_S * 1_000_000 => {
            Err(format!("says {}, but work was written at {}", time::out(now), time::out(newest)))
        }
        _ => Ok(format!("says {}", time::out(now))),
    }
}

async fn check_mail(url: Option<&str>, from: &str) -> Finding {
    let what = "mail";
    let Some(url) = url else {
        let fine = "no SMTP server is set; mails are kept in the outbox".to_owned();
        return Finding { what, outcome: Ok(fine) };
    };
    Finding { what, outcome: ask_smtp(url, from).await }
}

async fn ask_smtp(url: &str, from: &str) -> Result<String, String> {
    from.parse::<lettre::message::Mailbox>().map_err(|error| format!("the sender {from:?}: {error}"))?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| error.to_string())?;
    let transport: AsyncSmtpTransport<Tokio1Executor> = transport.timeout(Some(SMTP_WAIT)).build();
    match transport.test_connection().await {
        Ok(true) => Ok("the SMTP server answers".to_owned()),
        Ok(false) => Err("the SMTP server does not answer".to_owned()),
        Err(error) => Err(format!("the SMTP server cannot be reached: {error}")),
    }
}

fn check_links(args: &ServeArgs) -> Finding {
    let what = "public address";
    let outcome = match &args.public_url {
        Some(url) if url.starts_with("https://") => Ok(format!("{url}; cookies are sent over TLS only")),
        Some(url) if url.starts_with("http://") && !args.listen.ip().is_loopback() => {
            Err(format!("{url} is not encrypted: passwords travel in the clear; put TLS in front"))
        }
        Some(url) if url.starts_with("http://") => Ok(url.clone()),
        Some(url) => Err(format!("{url} must begin with https:// or http://")),
        None if args.listen.ip().is_loopback() => {
            Ok(format!("http://{}, for this machine only", args.listen))
        }
        None => {
            Err("others reach this server, but links in mails name its address; set --public-url".to_owned())
        }
    };
    Finding { what, outcome }
}
