mod actions;
mod decisions;
mod reviews;
mod rules;
