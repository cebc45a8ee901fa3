//! Tables of the ground: workspaces, who works in them, jobs, mail, audit.

pub mod api_tokens;
pub mod audit;
pub mod capture_keys;
pub mod change_count;
pub mod distinct_ids;
pub mod dump;
pub mod event_arrivals;
pub mod export;
pub mod idempotency;
pub mod invitations;
pub mod jobs;
pub mod mail;
pub mod memberships;
pub mod one_time_tokens;
pub mod saved_views;
pub mod search_documents;
pub mod search_queue;
pub mod sessions;
pub mod users;
pub mod workspaces;
