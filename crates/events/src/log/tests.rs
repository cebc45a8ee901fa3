use std::fs::OpenOptions;
use std::io::Write;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const SMALL: LogOptions = LogOptions { segment_bytes: 64 };

/// Opens the log of a folder and returns the payloads that it has.
fn open(dir: &Path) -> Result<(Log, Vec<Vec<u8>>)> {
    let mut payloads = Vec::new();
    let mut expected = None;
    let log = Log::open(dir, SMALL, |number, payload| {
        assert_eq!(number, expected.unwrap_or(number), "numbers go on");
        expected = Some(number + 1);
        payloads.push(payload.to_vec());
        Ok(())
    })?;
    Ok((log, payloads))
}

fn payload(number: u8) -> Vec<u8> {
    vec![number; 10]
}

/// A log with payloads 0 to `n`, each appended by itself.
fn filled(n: u8) -> (TempDir, Log) {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path()).unwrap();
    for number in 0..n {
        assert_eq!(log.append([payload(number).as_slice()]).unwrap(), u64::from(number));
    }
    (dir, log)
}

fn n_segments(dir: &TempDir) -> usize {
    segment::list(dir.path()).unwrap().len()
}

#[test]
fn a_log_goes_on_where_it_ended_over_several_segments() {
    let (dir, log) = filled(10);
    assert!(n_segments(&dir) > 2);
    drop(log);
    let (mut log, found) = open(dir.path()).unwrap();
    assert_eq!(found, (0..10).map(payload).collect::<Vec<_>>());
    assert_eq!(log.append([b"more".as_slice()]).unwrap(), 10);
    assert_eq!(open(dir.path()).unwrap().1.len(), 11);
}

#[test]
fn sealed_segments_are_removed_when_all_their_frames_are_elsewhere() {
    let (dir, mut log) = filled(10);
    log.seal();
    log.remove_before(9).unwrap();
    let (_, found) = open(dir.path()).unwrap();
    assert!(found.contains(&payload(9)) && !found.contains(&payload(0)), "{found:?}");
    log.remove_before(10).unwrap();
    assert_eq!((n_segments(&dir), open(dir.path()).unwrap().0.next()), (1, 10));
    assert_eq!(log.append([b"x".as_slice()]).unwrap(), 10);
    assert_eq!(open(dir.path()).unwrap().1, [b"x".to_vec()]);
}

#[test]
fn a_crash_while_a_segment_is_made_loses_nothing() {
    for cut in [0, 3] {
        let (dir, log) = filled(5);
        drop(log);
        std::fs::write(segment::path(dir.path(), 5), &b"HEEDLOG1"[..cut]).unwrap();
        let (mut log, found) = open(dir.path()).unwrap();
        assert_eq!(found.len(), 5);
        assert_eq!(log.append([b"x".as_slice()]).unwrap(), 5);
        assert_eq!(open(dir.path()).unwrap().1.len(), 6);
    }
}

#[test]
fn damage_before_the_end_is_an_error_and_no_silent_loss() {
    let (dir, log) = filled(10);
    drop(log);
    let first = segment::path(dir.path(), 0);
    let bytes = std::fs::read(&first).unwrap();
    let mut damaged = bytes.clone();
    damaged[20] ^= 1;
    std::fs::write(&first, damaged).unwrap();
    assert!(matches!(open(dir.path()), Err(Error::Damaged { offset: 8, .. })));
    std::fs::write(&first, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(open(dir.path()), Err(Error::Damaged { .. })));
    std::fs::write(&first, bytes).unwrap();
    std::fs::remove_file(segment::path(dir.path(), segment::list(dir.path()).unwrap()[1])).unwrap();
    assert!(matches!(open(dir.path()), Err(Error::Damaged { .. })));
}

#[test]
fn what_a_failed_append_left_behind_is_not_in_the_log() {
    let (dir, mut log) = filled(2);
    // As when writing succeeded, waiting for the disk failed, and cutting failed too.
    let first = log.active.take().unwrap().first;
    log.sealed.push(first);
    let mut file = OpenOptions::new().append(true).open(segment::path(dir.path(), first)).unwrap();
    let mut frames = Vec::new();
    frame::push(&mut frames, b"refused");
    file.write_all(&frames).unwrap();
    assert_eq!(log.append([b"taken".as_slice()]).unwrap(), 2);
    drop(log);
    let (_, found) = open(dir.path()).unwrap();
    assert_eq!(found, [payload(0), payload(1), b"taken".to_vec()]);
}

#[test]
fn a_payload_that_is_too_long_leaves_the_others_out_too() {
    let (_dir, mut log) = filled(1);
    let payload = vec![0; frame::PAYLOAD_BYTES_MAX + 1];
    assert!(matches!(log.append([b"ok".as_slice(), &payload]), Err(Error::TooLong { .. })));
    assert_eq!(log.next(), 1);
}

proptest! {
    /// Cut or damaged anywhere behind what was acknowledged, the log is what was acknowledged, and perhaps more whole frames
    /// of what was being written.
    #[test]
    fn a_torn_end_is_cut_off(
        acknowledged in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..4),
        torn in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..4),
        cut: prop::sample::Index,
        garbage: Vec<u8>,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let options = LogOptions::default();
        let mut log = Log::open(dir.path(), options, |_, _| Ok(())).unwrap();
        log.append(acknowledged.iter().map(Vec::as_slice)).unwrap();
        let mut frames = Vec::new();
        for payload in &torn {
            frame::push(&mut frames, payload);
        }
        frames.truncate(cut.index(frames.len()));
        frames.extend(garbage);
        let path = segment::path(dir.path(), 0);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&frames).unwrap();
        drop(log);

        let (mut log, mut found) = open(dir.path()).unwrap();
        prop_assert_eq!(&found[..acknowledged.len()], acknowledged.as_slice());
        let written: Vec<_> = acknowledged.iter().chain(&torn).cloned().collect();
        prop_assert!(written.starts_with(&found));
        log.append([b"next".as_slice()]).unwrap();
        found.push(b"next".to_vec());
        prop_assert_eq!(open(dir.path()).unwrap().1, found);
    }
}
