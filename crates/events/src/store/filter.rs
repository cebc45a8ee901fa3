//! Filters: whether a row group of a data file may have an event, in two bytes for each.
//!
//! Binary fuse filters (Graf and Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters", 2022) with fingerprints of
//! 16 bits: of 65,536 events that are not in the file, one seems to be.

use twox_hash::XxHash3_64;
use xorf::{BinaryFuse16, Descriptor, Filter as _};

use crate::batch::EventKey;

const HEAD_BYTES: usize = 8 + 3 * 4;

/// The filter of one row group.
#[derive(Debug)]
pub struct Filter(BinaryFuse16);

impl Filter {
    /// The filter of these events; nothing in the rare case that none could be made.
    pub fn new(keys: impl Iterator<Item = EventKey>) -> Option<Self> {
        let mut hashes: Vec<u64> = keys.map(hash).collect();
        hashes.sort_unstable();
        // The same number twice would be no set.
        hashes.dedup();
        BinaryFuse16::try_from(&hashes).ok().map(Self)
    }

    /// Whether the event with this hash may be in the file. An event that is there always may.
    pub fn contains(&self, hash: u64) -> bool {
        self.0.contains(&hash)
    }

    /// As those of a file are kept: each behind its length.
    pub fn all_to_bytes(filters: &[Self]) -> Vec<u8> {
        let with_length = |filter: &Self| {
            let bytes = filter.to_bytes();
            u64::try_from(bytes.len()).unwrap_or_default().to_le_bytes().into_iter().chain(bytes)
        };
        filters.iter().flat_map(with_length).collect()
    }

    /// The filters that were kept as these bytes; nothing when they are none.
    pub fn all_from_bytes(mut bytes: &[u8]) -> Option<Vec<Self>> {
        let mut filters = Vec::new();
        while !bytes.is_empty() {
            let (length, rest) = bytes.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (filter, rest) = rest.split_at_checked(length)?;
            filters.push(Self::from_bytes(filter)?);
            bytes = rest;
        }
        Some(filters)
    }

    /// As it is kept.
    fn to_bytes(&self) -> Vec<u8> {
        let Descriptor { seed, segment_length, segment_length_mask, segment_count_length } =
            self.0.descriptor;
        let mut bytes = seed.to_le_bytes().to_vec();
        for number in [segment_length, segment_length_mask, segment_count_length] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.0.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
        bytes.extend(XxHash3_64::oneshot(&bytes).to_le_bytes());
        bytes
    }

    /// The filter that was kept as these bytes; nothing when they are none.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_last_chunk::<8>()?;
        if XxHash3_64::oneshot(bytes) != u64::from_le_bytes(*sum) {
            return None;
        }
        let (head, fingerprints) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let (seed, lengths) = head.split_first_chunk::<8>()?;
        let (lengths, _) = lengths.as_chunks::<4>();
        let [segment_length, segment_length_mask, segment_count_length] = lengths else { return None };
        let descriptor = Descriptor {
            seed: u64::from_le_bytes(*seed),
            segment_length: u32::from_le_bytes(*segment_length),
            segment_length_mask: u32::from_le_bytes(*segment_length_mask),
            segment_count_length: u32::from_le_bytes(*segment_count_length),
        };
        let (fingerprints, _) = fingerprints.as_chunks::<2>();
        let fingerprints = fingerprints.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect();
        Some(Self(BinaryFuse16 { descriptor, fingerprints }))
    }
}

/// What filters know an event by.
pub fn hash(key: EventKey) -> u64 {
    XxHash3_64::oneshot_with_seed(key.person, &key.id.0.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventId;

    fn keys(range: std::ops::Range<u64>) -> impl Iterator<Item = EventKey> {
        range.map(|n| EventKey { person: n % 100, id: EventId(n) })
    }

    #[test]
    fn what_is_there_is_always_found_and_what_is_not_almost_never() {
        let made = Filter::new(keys(0..20_000)).unwrap();
        let kept = Filter::from_bytes(&made.to_bytes()).unwrap();
        for filter in [made, kept] {
            assert!(keys(0..20_000).all(|key| filter.contains(hash(key))));
            let n_wrong = keys(20_000..220_000).filter(|key| filter.contains(hash(*key))).count();
            assert!(n_wrong < 20, "{n_wrong}");
        }
        assert!(Filter::new(keys(0..1).chain(keys(0..1))).unwrap().contains(hash(EventKey::default())));
    }

    #[test]
    fn a_damaged_filter_is_none() {
        let filters = [Filter::new(keys(0..9)).unwrap(), Filter::new(keys(9..20)).unwrap()];
        let bytes = Filter::all_to_bytes(&filters);
        assert_eq!(Filter::all_from_bytes(&bytes).unwrap().len(), 2);
        let first = 8 + filters[0].to_bytes().len();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(Filter::all_from_bytes(&damaged).is_none());
            let cut = Filter::all_from_bytes(&bytes[..at]);
            assert!(cut.is_none() || at == 0 || at == first);
        }
    }
}
