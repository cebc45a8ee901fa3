//! How bets come in, and which are acceptable.

use heedful_db::bet::bets::Bet;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bet::objectives::{DESCRIPTION_MAX, TITLE_MAX};
use crate::bet::patch::set;
use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const UNDO_MAX: usize = 2_000;
const APPETITE_DAYS_MAX: i64 = 365;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct BetIn {
    pub hypothesis_id: String,
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub owner_id: Option<String>,
    /// How many days it may take before it must have shown something, 1 to 365.
    pub appetite_days: Option<i64>,
    /// How it is taken back.
    #[serde(default)]
    pub undo_step: String,
    /// The probability, between 0 and 1, that the threshold is met.
    pub forecast: Option<f64>,
    /// When it leaves the backlog by itself; 90 days from now when not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct BetPatch {
    pub title: Option<String>,
    pub description: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<i64>)]
    pub appetite_days: Option<Option<i64>>,
    pub undo_step: Option<String>,
    /// Frozen once the bet has started.
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<f64>)]
    pub forecast: Option<Option<f64>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Option<Timestamp>>,
}

impl BetIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("title", &self.title, TITLE_MAX);
        invalid.check_length("description", &self.description, DESCRIPTION_MAX);
        invalid.check_length("undo_step", &self.undo_step, UNDO_MAX);
        check_numbers(&mut invalid, self.appetite_days, self.forecast);
        invalid.or(self)
    }
}

impl BetPatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        invalid.check_optional("description", self.description.as_deref(), DESCRIPTION_MAX);
        invalid.check_optional("undo_step", self.undo_step.as_deref(), UNDO_MAX);
        check_numbers(&mut invalid, self.appetite_days.flatten(), self.forecast.flatten());
        invalid.or(self)
    }

    pub fn apply(&self, row: &mut Bet, user_id: &str) {
        set(&mut row.title, self.title.as_ref());
        set(&mut row.description, self.description.as_ref());
        set(&mut row.owner_id, self.owner_id.as_ref());
        set(&mut row.appetite_days, self.appetite_days.as_ref());
        set(&mut row.expires_at, self.expires_at.map(time::micros_opt).as_ref());
        if let Some(undo_step) = &self.undo_step
            && *undo_step != row.undo_step
        {
            // Another way back has not been tried yet.
            row.undo_tried_at = None;
            row.undo_step.clone_from(undo_step);
        }
        if let Some(forecast) = self.forecast {
            row.forecast = forecast;
            row.forecast_by = forecast.map(|_| user_id.to_owned());
        }
    }
}

fn check_numbers(invalid: &mut Invalid, appetite_days: Option<i64>, forecast: Option<f64>) {
    let is_fine = appetite_days.is_none_or(|days| (1..=APPETITE_DAYS_MAX).contains(&days));
    invalid.check("appetite_days", is_fine, "must be between 1 and 365");
    let is_fine = forecast.is_none_or(|chance| (0.0..=1.0).contains(&chance));
    invalid.check("forecast", is_fine, "must be between 0 and 1");
}
