//! Commands that work on the data while nothing is served: `setup`, `migrate`, `backup`, `restore`.

use anyhow::{Context, bail};
use heedful_db::migrate;
use heedful_db::platform::{api_tokens, users};
use serde_json::json;

use super::args::{BackupArgs, MigrateArgs, RestoreArgs, SetupArgs};
use super::{backup, serve};
use crate::app::{App, Config};
use crate::platform::ctx::Ctx;
use crate::platform::error::Error;
use crate::platform::ids::IdSource;
use crate::platform::setup::{NewOwner, create_owner};
use crate::platform::{capture_keys, password, secret, time};

#[expect(clippy::print_stdout, reason = "the new owner's keys are this command's answer")]
pub async fn setup(args: SetupArgs) -> anyhow::Result<()> {
    let name = args.name.unwrap_or_else(|| args.email.split('@').next().unwrap_or_default().to_owned());
    let owner = NewOwner { name, email: args.email, password: args.password, workspace: args.workspace };
    let owner = match owner.validate() {
        Ok(owner) => owner,
        Err(invalid) => bail!("{}", complaints(&Error::Invalid(invalid))),
    };
    let db = serve::open(&args.store).await?;
    let config = Config {
        data_dir: args.store.data.clone(),
        object_store: args.store.object_store.clone(),
        public_url: String::new(),
        smtp_url: None,
        mail_from: String::new(),
        trust_proxy: false,
    };
    let app = App::new(db, config, serve::clock(args.store.now), IdSource::from_system());
    let ctx = Ctx::of(&app);
    let password_hash = password::hash(owner.password.clone()).await?;
    let mut tx = ctx.begin().await?;
    if users::exist(&mut tx).await? {
        bail!("there is an owner already; sign in and invite others from the settings");
    }
    let caller = create_owner(&mut tx, &ctx, owner, password_hash).await?;
    let token = ctx.new_secret();
    let row = api_tokens::ApiToken {
        workspace_id: caller.ws.to_string(),
        id: ctx.new_id(),
        name: "setup".to_owned(),
        token_hash: secret::hash(&token),
        hint: token.chars().take(6).collect(),
        scope: caller.role.as_str().to_owned(),
        created_by: caller.user_id.clone(),
        created_at: ctx.now,
        expires_at: None,
        used_at: None,
        revoked_at: None,
    };
    api_tokens::insert(&mut tx, &caller.ws, &row).await?;
    let capture_key = capture_keys::first(&mut tx, &caller.ws).await?;
    ctx.commit(tx).await?;
    app.db.close().await;
    if args.json {
        let keys = json!({
            "workspace_id": caller.ws.as_str(),
            "api_token": token,
            "capture_key": capture_key,
        });
        println!("{keys}");
    } else {
        println!("The workspace is ready. API token (shown only now): {token}");
        println!(
            "Key for sending events (public, also in the settings): {}",
            capture_key.unwrap_or_default()
        );
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was or would be done is this command's answer")]
pub async fn migrate(args: MigrateArgs) -> anyhow::Result<()> {
    if args.dry_run && !serve::may_exist(&args.store) {
        println!("There is no database yet. Would make it and apply: {}", migrate::names().join(", "));
        return Ok(());
    }
    let db = serve::connect(&args.store).await?;
    let pending = migrate::pending(&db).await?;
    if pending.is_empty() {
        println!("The database has the newest schema.");
    } else if args.dry_run {
        println!("Would apply: {}", pending.join(", "));
    } else {
        migrate::run(&db).await?;
        println!("Applied: {}", pending.join(", "));
    }
    db.close().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was written is this command's answer")]
pub async fn backup(args: BackupArgs) -> anyhow::Result<()> {
    if !serve::may_exist(&args.store) {
        bail!("there is no database in {}", args.store.data.display());
    }
    let db = serve::connect(&args.store).await?;
    let made_at = time::out(serve::clock(args.store.now).now());
    let written = backup::write(&db, &serve::events(&args.store)?, &args.file, made_at).await?;
    db.close().await;
    println!(
        "Wrote {written} to {}. It holds everything: keep it as safe as the data itself.",
        args.file.display()
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was read is this command's answer")]
pub async fn restore(args: RestoreArgs) -> anyhow::Result<()> {
    let backup = backup::open(&args.file)?;
    let db = serve::connect(&args.store).await?;
    let read = backup::read(&db, &serve::events(&args.store)?, backup, args.force).await?;
    db.close().await;
    // What was indexed is of the old content; the server makes the index anew.
    let index = args.store.data.join("search");
    if index.exists() {
        std::fs::remove_dir_all(&index).with_context(|| format!("cannot delete {}", index.display()))?;
    }
    println!("Read {read} from {}. Start the server with `heedful serve`.", args.file.display());
    Ok(())
}

fn complaints(error: &Error) -> String {
    match error {
        Error::Invalid(invalid) => {
            let lines = invalid.0.iter().map(|(field, list)| format!("{field} {}", list.join(", ")));
            lines.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
