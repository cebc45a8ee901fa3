//! Frames: pieces of bytes that tell whether they are whole.
//!
//! A frame is the length of its payload, the CRC-32 (IEEE 802.3) of length and payload, both as little-endian `u32`, and the
//! payload.

/// Bytes before the payload.
pub const HEAD_BYTES: usize = 8;
/// A longer payload is never written, so that a damaged length is not taken for a frame of gigabytes.
pub const PAYLOAD_BYTES_MAX: usize = 64 << 20;

/// Appends a frame with this payload; false, with nothing appended, when it is too long for one.
pub fn push(frames: &mut Vec<u8>, payload: &[u8]) -> bool {
    let Ok(length) = u32::try_from(payload.len()) else { return false };
    if payload.len() > PAYLOAD_BYTES_MAX {
        return false;
    }
    frames.reserve(HEAD_BYTES + payload.len());
    frames.extend_from_slice(&length.to_le_bytes());
    frames.extend_from_slice(&checksum(length, payload).to_le_bytes());
    frames.extend_from_slice(payload);
    true
}

/// The payload of the frame that `bytes` begin with, and what follows; nothing when it is cut off or damaged.
pub fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length);
    let n_bytes = usize::try_from(length).ok().filter(|n| *n <= PAYLOAD_BYTES_MAX)?;
    let (payload, rest) = rest.split_at_checked(n_bytes)?;
    (checksum(length, payload) == u32::from_le_bytes(*sum)).then_some((payload, rest))
}

/// Over the length too: a file that was grown with zeros is no row of empty frames.
fn checksum(length: u32, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zeros_are_no_frame() {
        assert_eq!(split(&[0; 64]), None);
    }

    #[test]
    fn what_is_too_long_is_not_written() {
        let mut frames = Vec::new();
        assert!(!push(&mut frames, &vec![0; PAYLOAD_BYTES_MAX + 1]));
        assert!(frames.is_empty());
    }

    proptest! {
        #[test]
        fn frames_come_back_one_by_one(payloads: Vec<Vec<u8>>) {
            let mut frames = Vec::new();
            for payload in &payloads {
                prop_assert!(push(&mut frames, payload));
            }
            let mut rest = frames.as_slice();
            for payload in &payloads {
                let (found, after) = split(rest).unwrap();
                prop_assert_eq!(found, payload.as_slice());
                rest = after;
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn a_changed_bit_is_seen(payload: Vec<u8>, at: prop::sample::Index, bit in 0..8_u8) {
            let mut frame = Vec::new();
            push(&mut frame, &payload);
            let at = at.index(frame.len());
            frame[at] ^= 1 << bit;
            prop_assert_eq!(split(&frame), None);
        }

        #[test]
        fn a_cut_is_seen(payload: Vec<u8>, at: prop::sample::Index) {
            let mut frame = Vec::new();
            push(&mut frame, &payload);
            prop_assert_eq!(split(&frame[..at.index(frame.len())]), None);
        }
    }
}
