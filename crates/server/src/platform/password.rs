//! Passwords: argon2id, off the threads that answer requests.

use anyhow::anyhow;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use super::error::{Error, Result};
use super::invalid::Invalid;

const LENGTH_MIN: usize = 10;
/// Longer inputs would only cost time.
const LENGTH_MAX: usize = 1_000;

pub fn check(password: &str, invalid: &mut Invalid) {
    let length = password.chars().count();
    invalid.check("password", length >= LENGTH_MIN, "must have at least 10 characters");
    invalid.check("password", length <= LENGTH_MAX, "must have at most 1,000 characters");
}

pub async fn hash(password: String) -> Result<String> {
    run(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| anyhow!("hashing a password: {error}").into())
    })
    .await
}

/// With no stored hash the same work is done, so that the time taken does not tell whether an account exists.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool> {
    run(move || {
        let Some(stored) = stored else {
            let _ = Argon2::default().hash_password(password.as_bytes());
            return Ok(false);
        };
        let parsed = PasswordHash::new(&stored).map_err(|error| anyhow!("stored password hash: {error}"))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.into()))?
}
