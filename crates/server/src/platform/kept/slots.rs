//! Where answers lie: one place for each question.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use heedful_db::Micros;

/// Different questions remembered at once; beyond it all are forgotten, which costs each of them one more sum.
const QUESTIONS_MAX: usize = 1_000;

#[derive(Default)]
pub struct Kept {
    slots: Mutex<HashMap<String, Slot>>,
}

/// Locked while its answer is made, so that many who ask the same thing make it once.
pub type Slot = Arc<tokio::sync::Mutex<Option<Answer>>>;

pub struct Answer {
    /// What its data was at: an answer is good while this stands still.
    pub version: i64,
    pub made_at: Micros,
    pub value: Arc<dyn Any + Send + Sync>,
}

impl Kept {
    pub fn slot(&self, question: String) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= QUESTIONS_MAX && !slots.contains_key(&question) {
            slots.clear();
        }
        Arc::clone(slots.entry(question).or_default())
    }
}
