use std::path::Path;

use proptest::prelude::*;

use super::*;

fn check(text: &str, expect: &[&str]) {
    let found = parse(text.as_bytes()).unwrap();
    let shown: Vec<String> = found.passages.iter().map(show).collect();
    assert_eq!(shown, expect, "{text}");
}

/// `[start–end] speaker| words`, times in milliseconds.
fn show(passage: &Passage) -> String {
    let time = |ms: Option<i64>| ms.map(|ms| ms.to_string()).unwrap_or_default();
    let times = match (passage.start_ms, passage.end_ms) {
        (None, None) => String::new(),
        (start, end) => format!("[{}–{}] ", time(start), time(end)),
    };
    format!("{times}{}| {}", passage.speaker, passage.body)
}

#[test]
fn plain_text_with_names() {
    check(
        "interviewer: How was it?\n\ninterviewee: Slow.\n\ninterviewee: Very slow.\n\ninterviewer: Oh.",
        &["interviewer| How was it?", "interviewee| Slow.\n\nVery slow.", "interviewer| Oh."],
    );
    check("Ann: Hi\nBob: Hello\nand welcome\nAnn: Bye", &["Ann| Hi", "Bob| Hello and welcome", "Ann| Bye"]);
    check("Ann: Hi\n\nBob: Hello", &["Ann| Hi", "Bob| Hello"]);
    check("Interviewer 1 : Why?\n\nInterviewee1: So.", &["Interviewer 1| Why?", "Interviewee1| So."]);
    check("**Ann:** Hi\n\n**Bob:** Yes", &["Ann| Hi", "Bob| Yes"]);
}

#[test]
fn a_colon_alone_makes_no_speaker() {
    check(
        "Ann: I said one thing: no.\nOne thing: it broke.\nAnn: See https://example.com",
        &["Ann| I said one thing: no. One thing: it broke.\n\nSee https://example.com"],
    );
    check("It was fine.\n\nOne thing: it is slow.", &["| It was fine.", "| One thing: it is slow."]);
}

#[test]
fn plain_text_with_times() {
    check(
        "Ann Lee  00:12\nHello there.\n\nBob  01:02:03\nYes.",
        &["[12000–] Ann Lee| Hello there.", "[3723000–] Bob| Yes."],
    );
    check("[00:05] Ann: Hi\n[00:09] Bob: Ho", &["[5000–] Ann| Hi", "[9000–] Bob| Ho"]);
    check("Ann (00:05): Hi\n\nBob (00:09): Ho", &["[5000–] Ann| Hi", "[9000–] Bob| Ho"]);
    check("Ann: Hi\n\n00:05:00\n\nBob: Ho\n\nAnn: Bye", &["Ann| Hi", "[300000–] Bob| Ho", "Ann| Bye"]);
}

#[test]
fn subrip_with_its_quirks() {
    check(
        "\u{feff}1\r\n00:00:00,000 --> 00:00:05,000\r\nSzuper (Gergő)\r\n\r\n2\r\n00:00:04,990 --> 00:00:08,000\r\n\
         <i>a feladat</i> (Gergő) \r\n\r\n3\r\n00:00:09,000 --> 00:00:10,000\r\n[ír]\r\n",
        &["[0–8000] Gergő| Szuper a feladat", "[9000–10000] | [ír]"],
    );
    check(
        "1\n00:00:01,000 --> 00:00:02,000\nAnn: Hi\n2\n00:00:02,000 --> 00:00:03,000\nBob: Ho\n3\n\
         00:00:03,000 --> 00:00:01,000\nBob: Ho ho",
        &["[1000–2000] Ann| Hi", "[2000–3000] Bob| Ho Ho ho"],
    );
    check("1\n00:00:01,000 --> 00:00:02,000\n- No?\n- Not now", &["[1000–2000] | - No?\n- Not now"]);
}

#[test]
fn webvtt_of_meeting_tools() {
    check(
        "WEBVTT - A call\nKind: captions\n\nNOTE made by hand\nover lines\n\nSTYLE\n::cue { color: red }\n\n\
         5f2a-1\n00:01.000 --> 00:02.000 align:start\n<v Ann Lee>Tom &amp; <c.x>Jerry</c></v>\n\n\
         00:00:02.000 --> 00:00:03.500\n<v Bob>Yes<00:00:02.500> sir <v Ann Lee>No",
        &["[1000–2000] Ann Lee| Tom & Jerry", "[2000–3500] Bob| Yes sir", "[2000–3500] Ann Lee| No"],
    );
    check(
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nAnn: 3 < 4\n\n2\n00:00:05.000 --> 00:00:06.000\nAnn: Later",
        &["[1000–2000] Ann| 3 < 4", "[5000–6000] Ann| Later"],
    );
}

#[test]
fn encodings() {
    let text = "Ann: Grüße\n\nBob: Ça va";
    let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let little = utf16(u16::to_le_bytes);
    let big = utf16(u16::to_be_bytes);
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let marked = [&[0xff, 0xfe], little.as_slice()].concat();
    for bytes in [text.as_bytes().to_vec(), little, big, latin, marked] {
        let found = parse(&bytes).unwrap();
        let shown: Vec<String> = found.passages.iter().map(show).collect();
        assert_eq!(shown, ["Ann| Grüße", "Bob| Ça va"]);
    }
}

#[test]
fn what_is_no_transcript_is_refused() {
    assert_eq!(parse(b""), Err(Refusal::Empty));
    assert_eq!(parse(b"WEBVTT\n\nNOTE nothing"), Err(Refusal::Empty));
    assert_eq!(parse(b"PK\x03\x04\0\0\0\x08binary\0"), Err(Refusal::NotText));
    assert_eq!(parse(&vec![b'a'; BYTES_MAX + 1]), Err(Refusal::TooLarge));
    assert_eq!(parse("a\n\n".repeat(PASSAGES_MAX + 1).as_bytes()), Err(Refusal::TooManyPassages));
}

proptest! {
    /// No input makes it fail, and every passage says something.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(transcript) = parse(&bytes) {
            prop_assert!(transcript.passages.iter().all(|passage| !passage.body.is_empty()));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(WEBVTT\n)?([\\PC\n:<>()\\[\\]{}&-]|00:0[0-9]|-->|<v | \n){0,60}") {
        let _ = parse(text.as_bytes());
    }

    /// What was written as a dialogue is read as that dialogue.
    #[test]
    fn dialogues_survive(turns in proptest::collection::vec("[a-z]{1,8}( [a-z]{1,8}){0,4}", 2..20)) {
        let names = ["Ann", "Bob"];
        let text: Vec<String> =
            turns.iter().enumerate().map(|(n, turn)| format!("{}: {turn}", names[n % 2])).collect();
        let found = parse(text.join("\n\n").as_bytes()).unwrap();
        let read: Vec<String> =
            found.passages.iter().map(|passage| format!("{}: {}", passage.speaker, passage.body)).collect();
        prop_assert_eq!(read, text);
    }
}

/// Real files, where they are at hand: every word of theirs is in the passages, and speakers are told apart.
#[test]
fn real_transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/transcripts");
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return;
    }
    for (kind, format) in [("interviews", Format::Txt), ("srt", Format::Srt)] {
        for entry in std::fs::read_dir(folder.join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let found = parse(&bytes).unwrap();
            assert_eq!(found.format, format, "{}", path.display());
            let mut speakers: Vec<&str> =
                found.passages.iter().map(|passage| passage.speaker.as_str()).collect();
            speakers.sort_unstable();
            speakers.dedup();
            assert!((2..=5).contains(&speakers.len()), "{}: {speakers:?}", path.display());
            let text = decode::decode(&bytes).unwrap();
            let said =
                found.passages.iter().map(|passage| passage.body.as_str()).collect::<Vec<_>>().join(" ");
            let n_words = said.split_whitespace().count();
            let n_all = text.split_whitespace().count();
            assert!(n_words * 10 > n_all * if format == Format::Txt { 9 } else { 5 }, "{}", path.display());
            let consecutive = found.passages.windows(2).any(|pair| pair[0].speaker == pair[1].speaker);
            assert!(format == Format::Srt || !consecutive, "{}", path.display());
        }
    }
}
