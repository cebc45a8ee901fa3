mod idempotency;
mod permissions;
mod sessions;
