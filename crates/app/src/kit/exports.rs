//! Taking the kit along, bringing one in, and backups of everything.

use super::coach::Coach;
use super::failure::KitFailure;
use super::records::{ANSWER, EXAMPLE, KIT, Records, Stored, TRADEOFF, body, write_only};
use super::status::{Held, choice};
use practice::confidential::{Flag, check};
use practice::example::{Example, Part};
use practice::kit::Kit;
use practice::tradeoff::{Side, Tradeoff};
use practice::{bundle, html, markdown};
use serde::Serialize;
use std::path::{Path, PathBuf};
use store::{Backup, Restore, Writer};

/// How an export is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people and repositories.
    Markdown,
    /// For `brownout import` and programs.
    Json,
    /// For a browser and paper.
    Html,
}

impl Format {
    /// By a file's name.
    pub fn of(file: &Path) -> Option<Format> {
        match file.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "md" | "markdown" => Some(Format::Markdown),
            "json" => Some(Format::Json),
            "html" | "htm" => Some(Format::Html),
            _ => None,
        }
    }
}

/// A kit that may be taken along, once somebody has looked at what was flagged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Export {
    /// The file's content.
    pub text: String,
    /// What may be confidential in it.
    pub flags: Vec<Flag>,
}

/// What happened to one document of a kit that was brought in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Taken {
    /// It is new.
    Added,
    /// It is a new version of one that was there, whose earlier versions are kept.
    Version,
    /// It was there already.
    Same,
}

/// What was brought in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ImportedKit {
    /// Each document's id, and what happened to it.
    pub documents: Vec<(String, Taken)>,
}

/// The kit as a file's content, with what may be confidential in it.
///
/// # Errors
/// If the records cannot be read.
pub fn export(records: &Records, coach: &dyn Coach, format: Format) -> Result<Export, KitFailure> {
    let held = Held::of(records)?;
    let kit = held.kit();
    let asked = |id: &str| coach.question(id).map(|question| question.text);
    let text = match format {
        Format::Markdown => markdown::write(&kit, &asked),
        Format::Html => html::write(&kit, &asked),
        Format::Json => bundle::write(&kit).map_err(KitFailure::Json)?,
    };
    Ok(Export { text, flags: flags(&held) })
}

fn flags(held: &Held) -> Vec<Flag> {
    let answers = held.answers.iter().flatten().flat_map(|stored| {
        check(&format!("answer a{} ({})", stored.number, stored.value.question), &stored.value.text)
    });
    let examples = held.examples.iter().flatten().flat_map(example_flags);
    let tradeoff = held.tradeoff.iter().flat_map(|stored| {
        let sides = Side::ALL.into_iter();
        sides.flat_map(|side| check(&format!("tradeoff, {}", side.field().name), stored.value.side(side)))
    });
    answers.chain(examples).chain(tradeoff).collect()
}

fn example_flags(stored: &Stored<Example>) -> Vec<Flag> {
    let (example, id) = (&stored.value, format!("example e{}", stored.number));
    let title = check(&format!("{id}, title"), &example.title);
    let parts = Part::ALL.into_iter();
    let parts = parts.flat_map(|part| check(&format!("{id}, {}", part.field().name), example.part(part)));
    let details: Vec<&str> = example.numbers.iter().map(|figure| figure.detail()).collect();
    title.into_iter().chain(parts).chain(check(&format!("{id}, numbers"), &details.join("\n"))).collect()
}

/// Brings an exported kit in, all of it or nothing. What is there is kept: a document that differs becomes a new version,
/// and the slots hold what the file's slots held.
///
/// # Errors
/// If the file is no kit, or the records cannot be written.
pub fn import_kit(records: &Records, file: &Path, text: &str) -> Result<ImportedKit, KitFailure> {
    let kit = bundle::read(text).map_err(|source| KitFailure::NoKit { file: file.to_owned(), source })?;
    let examples: Vec<Stored<Example>> = records.all(EXAMPLE)?;
    let tradeoff: Option<Stored<Tradeoff>> = records.only(TRADEOFF)?;
    let (version, mut choice) = choice(records)?;
    let before = choice.clone();
    let mut documents = Vec::new();
    records.store.write(|writer| {
        choice.answers = kit.answers.clone().map(|answer| answer.map(|answer| answer.question));
        take_answers(writer, &kit, &mut documents)?;
        choice.examples = take_examples(writer, &kit, &examples, &mut documents)?;
        if let Some(wanted) = &kit.tradeoff {
            documents.push(("tradeoff".to_owned(), take_tradeoff(writer, wanted, tradeoff.as_ref())?));
        }
        if choice != before {
            write_only(writer, KIT, version, &body(&choice)?)?;
        }
        Ok::<_, KitFailure>(())
    })?;
    Ok(ImportedKit { documents })
}

fn take_answers(writer: &mut Writer<'_>, kit: &Kit, documents: &mut Vec<(String, Taken)>) -> Result<(), KitFailure> {
    for answer in kit.answers.iter().flatten() {
        let body = body(answer)?;
        let (number, taken) = match writer.about(ANSWER, &answer.question)? {
            None => (writer.add(ANSWER, Some(&answer.question), &body)?.number, Taken::Added),
            Some(newest) if newest.body == body => (newest.number, Taken::Same),
            Some(newest) => {
                writer.append(ANSWER, newest.number, newest.version, &body)?;
                (newest.number, Taken::Version)
            }
        };
        documents.push((format!("a{number}"), taken));
    }
    Ok(())
}

/// An example has no name of its own in a file: one that says the same is the same, any other is new.
fn take_examples(
    writer: &mut Writer<'_>,
    kit: &Kit,
    there: &[Stored<Example>],
    documents: &mut Vec<(String, Taken)>,
) -> Result<[Option<i64>; 2], KitFailure> {
    let mut taken = [None; 2];
    for (slot, example) in kit.examples.iter().enumerate() {
        let Some(example) = example else { continue };
        let same = there.iter().find(|stored| stored.value == *example && !taken.contains(&Some(stored.number)));
        let (number, how) = match same {
            Some(stored) => (stored.number, Taken::Same),
            None => (writer.add(EXAMPLE, None, &body(example)?)?.number, Taken::Added),
        };
        taken[slot] = Some(number);
        documents.push((format!("e{number}"), how));
    }
    Ok(taken)
}

fn take_tradeoff(
    writer: &mut Writer<'_>,
    wanted: &Tradeoff,
    there: Option<&Stored<Tradeoff>>,
) -> Result<Taken, KitFailure> {
    let how = match there {
        Some(stored) if stored.value == *wanted => return Ok(Taken::Same),
        Some(_) => Taken::Version,
        None => Taken::Added,
    };
    write_only(writer, TRADEOFF, there.map_or(0, |stored| stored.version), &body(wanted)?)?;
    Ok(how)
}

/// Writes all records, with every version, into a new file.
///
/// # Errors
/// If there is such a file.
pub fn backup(records: &Records, file: &Path) -> Result<Backup, KitFailure> {
    Ok(records.store.backup(file)?)
}

/// Takes all records of a backup over. With `replace`, records that are there are first written into a backup in the data
/// folder, whose name comes back.
///
/// # Errors
/// If the file is no backup, or there are records and they are not to be replaced.
pub fn restore(records: &Records, file: &Path, replace: bool) -> Result<(Backup, Option<PathBuf>), KitFailure> {
    if !replace {
        return Ok((records.store.restore(file, &Restore::IntoEmpty)?, None));
    }
    let free = (1..).map(|n| records.folder().join(format!("before-restore-{n}.db"))).find(|name| !name.exists());
    let keep = free.unwrap_or_else(|| records.folder().join("before-restore.db"));
    store::private_folder(records.folder())?;
    let restored = records.store.restore(file, &Restore::Replacing { keep: keep.clone() })?;
    Ok((restored, keep.exists().then_some(keep)))
}

/// Writes a file that only its owner can read, in one step.
///
/// # Errors
/// If it cannot be written; an earlier file is kept then.
pub fn save_private(file: &Path, text: &str) -> Result<(), KitFailure> {
    Ok(store::write_private(file, text.as_bytes())?)
}
