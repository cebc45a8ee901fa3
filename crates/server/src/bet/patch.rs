//! Laying a patch over a row.

/// Sets `field` when the patch names it.
pub fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}
