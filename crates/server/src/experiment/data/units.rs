//! Keeping people of an experiment: each once, in the group met first, and adding them up.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{Hash, Hasher};

use heedful_db::experiment::sums::{self, Sums};
use heedful_db::experiment::units::{self, CHUNK, Unit};
use heedful_db::{Conn, Micros, WorkspaceId};
use serde::Serialize;
use utoipa::ToSchema;

use super::reader::{Row, UnitRefusal};
use crate::platform::error::Result;

/// Refusals told one by one; `n_refused` counts all.
const REFUSALS_MAX: usize = 100;
/// People added up at a time.
const PAGE: i64 = 5_000;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitImportReport {
    pub n_rows: u64,
    /// People not seen before.
    pub n_added: u64,
    /// People whose values of an earlier file were replaced.
    pub n_changed: u64,
    /// Rows that say what is known already.
    pub n_unchanged: u64,
    /// People found in a second group, who are now left out.
    pub n_crossed: u64,
    pub n_refused: u64,
    /// The first 100 refused rows.
    pub refusals: Vec<UnitRefusal>,
}

impl UnitImportReport {
    pub fn refuse(&mut self, refusal: UnitRefusal) {
        self.n_refused += 1;
        if self.refusals.len() < REFUSALS_MAX {
            self.refusals.push(refusal);
        }
    }
}

/// Takes rows of one file in chunks.
pub struct Intake<'a> {
    pub ws: &'a WorkspaceId,
    pub experiment_id: &'a str,
    pub file_hash: &'a str,
    /// People met in this file, by a hash of their name: 8 bytes each, whatever they are called.
    pub met: HashSet<u64>,
    pub report: UnitImportReport,
}

struct Slot {
    unit: Unit,
    is_new: bool,
    has_changed: bool,
}

impl Intake<'_> {
    /// Takes at most [`CHUNK`] rows.
    pub async fn take(&mut self, conn: &mut Conn, rows: Vec<Row>) -> Result<()> {
        let names: Vec<String> = rows.iter().map(|row| row.unit.clone()).collect();
        let known = units::list_known(conn, self.ws, self.experiment_id, &names).await?;
        let mut slots: Vec<Slot> =
            known.into_iter().map(|unit| Slot { unit, is_new: false, has_changed: false }).collect();
        let mut places: HashMap<String, usize> =
            slots.iter().enumerate().map(|(place, slot)| (slot.unit.unit.clone(), place)).collect();
        for row in rows {
            let is_first = self.met.insert(fingerprint(&row.unit));
            if let Some(place) = places.get(&row.unit) {
                self.meet_again(&mut slots[*place], row, is_first);
            } else {
                places.insert(row.unit.clone(), slots.len());
                slots.push(self.meet(row));
            }
        }
        let mut new = Vec::with_capacity(CHUNK);
        for slot in slots {
            if slot.is_new {
                new.push(slot.unit);
            } else if slot.has_changed {
                units::update(conn, self.ws, self.experiment_id, &slot.unit).await?;
            }
        }
        units::insert_many(conn, self.ws, self.experiment_id, &new).await?;
        Ok(())
    }

    fn meet(&mut self, row: Row) -> Slot {
        self.report.n_added += 1;
        let unit = Unit {
            unit: row.unit,
            variant: row.variant,
            other_variant: None,
            values_json: row.values_json,
            import_hash: self.file_hash.to_owned(),
        };
        Slot { unit, is_new: true, has_changed: false }
    }

    fn meet_again(&mut self, slot: &mut Slot, row: Row, is_first: bool) {
        let unit = &mut slot.unit;
        if unit.variant != row.variant {
            if unit.other_variant.is_some() {
                self.report.n_unchanged += 1;
            } else {
                unit.other_variant = Some(row.variant);
                slot.has_changed = true;
                self.report.n_crossed += 1;
            }
        } else if unit.values_json == row.values_json {
            self.report.n_unchanged += 1;
        } else if is_first {
            unit.values_json = row.values_json;
            self.file_hash.clone_into(&mut unit.import_hash);
            slot.has_changed = true;
            self.report.n_changed += 1;
        } else {
            let reason = format!(
                "{} came earlier in this file with other values; a person needs one row with final values",
                row.unit
            );
            self.report.refuse(UnitRefusal { row: row.line, field: "person".to_owned(), reason });
        }
    }
}

/// Adds up everybody who was seen in one group only, and keeps the sums.
pub async fn add_up(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str, now: Micros) -> Result<()> {
    let mut totals: BTreeMap<String, BTreeMap<String, Sums>> = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = units::list(conn, ws, experiment_id, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.unit);
        for unit in page.iter().filter(|unit| unit.other_variant.is_none()) {
            let values: BTreeMap<String, f64> =
                serde_json::from_str(&unit.values_json).map_err(anyhow::Error::from)?;
            let group = totals.entry(unit.variant.clone()).or_default();
            for (metric, value) in values {
                let empty = || Sums {
                    variant: unit.variant.clone(),
                    metric: metric.clone(),
                    n: 0,
                    total: 0.0,
                    total_squares: 0.0,
                    updated_at: now,
                };
                let sum = group.entry(metric.clone()).or_insert_with(empty);
                sum.n += 1;
                sum.total += value;
                sum.total_squares += value * value;
            }
        }
    }
    let rows: Vec<Sums> = totals.into_values().flat_map(BTreeMap::into_values).collect();
    sums::update(conn, ws, experiment_id, &rows).await?;
    Ok(())
}

fn fingerprint(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
