//! The index on disk: its fields, and writing documents into it.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use heedful_db::platform::search_documents::Document;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use super::facet::{Facet, NOTHING};
use super::words;

/// Raised when fields, words or what is queued change: an index of another version is thrown away and built anew.
const VERSION: &str = "2";
const VERSION_FILE: &str = "heedful-version";
const ANALYZER: &str = "words";
/// The least that one indexing thread works with.
const WRITER_BYTES: usize = 16 << 20;

pub struct Index {
    pub fields: Fields,
    pub reader: IndexReader,
    writer: Mutex<IndexWriter>,
}

#[derive(Clone)]
pub struct Fields {
    /// Workspace, kind and id: what a document is replaced and deleted by.
    pub key: Field,
    /// Where a document can be found: `workspace`, `workspace/kind`, or `workspace/archived/kind`.
    pub scope: Field,
    pub kind: Field,
    pub id: Field,
    pub title: Field,
    pub body: Field,
    pub at: Field,
    pub score: Field,
    facets: Vec<(Facet, Field)>,
}

impl Fields {
    pub fn facet(&self, facet: Facet) -> Option<Field> {
        self.facets.iter().find(|(other, _)| *other == facet).map(|(_, field)| *field)
    }
}

impl Index {
    /// Opens the index, or an empty one in its place when there is none of this version. True when it is empty.
    pub fn open(folder: &Path) -> anyhow::Result<(Self, bool)> {
        let version = fs::read_to_string(folder.join(VERSION_FILE)).unwrap_or_default();
        let is_new = version != VERSION;
        if is_new && folder.exists() {
            fs::remove_dir_all(folder).context("cannot remove the old search index")?;
        }
        fs::create_dir_all(folder).context("cannot create the folder of the search index")?;
        let (schema, fields) = schema();
        let directory = tantivy::directory::MmapDirectory::open(folder)?;
        let index = tantivy::Index::open_or_create(directory, schema)?;
        index.tokenizers().register(ANALYZER, words::analyzer());
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok((Self { fields, reader, writer: Mutex::new(writer) }, is_new))
    }

    /// Replaces the documents with the given keys; those without a document are only deleted.
    pub fn write(&self, keys: &[Key], documents: &[(Key, Document)]) -> anyhow::Result<()> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            writer.delete_term(Term::from_field_text(self.fields.key, &key.text()));
        }
        for (key, document) in documents {
            // Of most kinds only live objects can be found; archived signals have a list of their own.
            if document.archived_at.is_none() || key.kind == "signal" {
                writer.add_document(self.fields.document(key, document))?;
            }
        }
        Ok(())
    }

    pub fn commit(&self) -> anyhow::Result<()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).commit()?;
        self.reader.reload()?;
        Ok(())
    }
}

/// Says that the index is whole, or will be once the queue is drained.
pub fn mark_version(folder: &Path) -> anyhow::Result<()> {
    fs::write(folder.join(VERSION_FILE), VERSION).context("cannot write into the folder of the search index")
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub workspace: String,
    pub kind: String,
    pub id: String,
}

impl Key {
    fn text(&self) -> String {
        format!("{}/{}/{}", self.workspace, self.kind, self.id)
    }
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer(ANALYZER)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(words).set_stored();
    let facets = Facet::ALL.map(|facet| (facet, schema.add_text_field(facet.field(), STRING | FAST)));
    let fields = Fields {
        key: schema.add_text_field("key", STRING),
        scope: schema.add_text_field("scope", STRING),
        kind: schema.add_text_field("kind", STRING | FAST | STORED),
        id: schema.add_text_field("id", STRING | FAST | STORED),
        title: schema.add_text_field("title", text.clone()),
        body: schema.add_text_field("body", text),
        at: schema.add_i64_field("at", INDEXED | FAST | STORED),
        score: schema.add_f64_field("score", INDEXED | FAST),
        facets: facets.to_vec(),
    };
    (schema.build(), fields)
}

impl Fields {
    fn document(&self, key: &Key, row: &Document) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(self.key, key.text());
        if row.archived_at.is_some() {
            document.add_text(self.scope, format!("{}/archived/{}", key.workspace, key.kind));
        } else {
            document.add_text(self.scope, &key.workspace);
            document.add_text(self.scope, format!("{}/{}", key.workspace, key.kind));
        }
        document.add_text(self.kind, &key.kind);
        document.add_text(self.id, &key.id);
        document.add_text(self.title, &row.title);
        document.add_text(self.body, &row.body);
        document.add_i64(self.at, row.at);
        if let Some(score) = row.score {
            document.add_f64(self.score, score);
        }
        for (facet, field) in &self.facets {
            for value in facet_values(*facet, row) {
                document.add_text(*field, value);
            }
        }
        document
    }
}

/// The values of a facet. Facets whose absence is counted say so with a value of their own.
fn facet_values(facet: Facet, row: &Document) -> Vec<&str> {
    match facet {
        Facet::Source => vec![row.source_id.as_deref().unwrap_or(NOTHING)],
        Facet::Segment => vec![row.segment_id.as_deref().unwrap_or(NOTHING)],
        Facet::Assignee => vec![row.assignee_id.as_deref().unwrap_or(NOTHING)],
        Facet::NextStep => vec![row.next_step_kind.as_deref().unwrap_or(NOTHING)],
        Facet::Person => row.person_id.as_deref().into_iter().collect(),
        Facet::Account => row.account_id.as_deref().into_iter().collect(),
        Facet::Import => row.import_id.as_deref().into_iter().collect(),
        Facet::Theme => row.themes.iter().map(String::as_str).collect(),
        Facet::Tag => row.tags.iter().map(String::as_str).collect(),
    }
}
