//! Unpacking of numbers that were packed into as few bits as the largest of them needs.

/// So many numbers are unpacked at once.
pub const LANES: usize = 32;
/// Bytes of [`LANES`] numbers of 64 bits, and as many behind them as one load may touch.
const BYTES: usize = LANES * 8 + 16;

/// The next packed bytes, and more.
type Padded = [u8; BYTES];

/// Unpacks up to [`LANES`] numbers of `width` bits from the start of `bytes`. Those whose bytes are missing are zero; what comes
/// behind them is not looked at. Nothing when there are no numbers of so many bits.
///
/// Parquet, "Bit-packed": from the least significant bit of each byte to the most significant one.
pub fn unpack(bytes: &[u8], width: usize) -> Option<[u64; LANES]> {
    let take = TAKE.get(width)?;
    // Only near the end of a page they must be copied to where loads may run over it.
    if let Some(bytes) = bytes.first_chunk() {
        return Some(take(bytes));
    }
    let mut padded = [0; BYTES];
    padded[..bytes.len()].copy_from_slice(bytes);
    Some(take(&padded))
}

const TAKE: [fn(&Padded) -> [u64; LANES]; 65] = [
    take::<0>, take::<1>, take::<2>, take::<3>, take::<4>, take::<5>, take::<6>, take::<7>, take::<8>,
    take::<9>, take::<10>, take::<11>, take::<12>, take::<13>, take::<14>, take::<15>, take::<16>,
    take::<17>, take::<18>, take::<19>, take::<20>, take::<21>, take::<22>, take::<23>, take::<24>,
    take::<25>, take::<26>, take::<27>, take::<28>, take::<29>, take::<30>, take::<31>, take::<32>,
    take::<33>, take::<34>, take::<35>, take::<36>, take::<37>, take::<38>, take::<39>, take::<40>,
    take::<41>, take::<42>, take::<43>, take::<44>, take::<45>, take::<46>, take::<47>, take::<48>,
    take::<49>, take::<50>, take::<51>, take::<52>, take::<53>, take::<54>, take::<55>, take::<56>,
    take::<57>, take::<58>, take::<59>, take::<60>, take::<61>, take::<62>, take::<63>, take::<64>,
];

/// The width is known when this is compiled, so that each number is one load, one shift and one mask.
fn take<const WIDTH: usize>(bytes: &Padded) -> [u64; LANES] {
    let mask = (1_u128 << WIDTH) - 1;
    std::array::from_fn(|lane| {
        let (byte, shift) = (lane * WIDTH / 8, lane * WIDTH % 8);
        if WIDTH + 7 <= 64 {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[byte..byte + 8]);
            return low(u128::from(u64::from_le_bytes(word) >> shift) & mask);
        }
        let mut word = [0; 16];
        word.copy_from_slice(&bytes[byte..byte + 16]);
        low((u128::from_le_bytes(word) >> shift) & mask)
    })
}

fn low(number: u128) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&number.to_le_bytes()[..8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(numbers: &[u64], width: usize) -> Vec<u8> {
        let bits: Vec<u64> =
            numbers.iter().flat_map(|number| (0..width).map(move |bit| number >> bit & 1)).collect();
        let byte = |bits: &[u64]| (0..).zip(bits).map(|(at, bit)| u8::try_from(*bit).unwrap() << at).sum();
        bits.chunks(8).map(byte).collect()
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_back(numbers: [u64; LANES], width in 0..=64_usize, n in 0..=LANES) {
            let mask = u64::try_from((1_u128 << width) - 1).unwrap();
            let expected = std::array::from_fn(|lane| if lane < n { numbers[lane] & mask } else { 0 });
            prop_assert_eq!(unpack(&pack(&expected[..n], width), width), Some(expected));
        }
    }

    #[test]
    fn nothing_is_wider_than_64_bits() {
        assert_eq!(unpack(&[0; 300], 65), None);
    }
}
