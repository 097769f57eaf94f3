//! Where questions and readings of answers come from.

use practice::nearest;
use serde::Serialize;
use serde_json::Value;

/// A question of the bank.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Its id, such as `reliable-api`.
    pub id: String,
    /// What is asked.
    pub text: String,
}

/// Knows questions and reads answers.
pub trait Coach {
    /// All questions, in the order in which they are shown.
    fn questions(&self) -> Vec<Question>;

    /// Its name with its version, under which a reading is kept: a newer coach reads again.
    fn name(&self) -> String;

    /// Reads an answer to a question: the object of `brownout assess --json`, or nothing if it cannot read.
    fn read(&self, question: &str, text: &str) -> Option<Value>;

    /// What reads differently in the later of two answers to a question; both are read now, so that the answers differ and
    /// not the coaches. Nothing where it cannot read them.
    fn differences(&self, _question: &str, _earlier: &str, _later: &str) -> Vec<coach::Change> {
        Vec::new()
    }

    /// The question with that id.
    fn question(&self, id: &str) -> Option<Question> {
        self.questions().into_iter().find(|question| question.id == id)
    }

    /// The id that was probably meant.
    fn near(&self, id: &str) -> Option<String> {
        let questions = self.questions();
        let known: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
        nearest(id, &known).map(str::to_owned)
    }
}

/// The question bank, and the reading of answers that comes with Brownout.
#[derive(Clone, Copy, Debug)]
pub struct OwnCoach;

impl Coach for OwnCoach {
    fn questions(&self) -> Vec<Question> {
        let questions = coach::bank::Bank::embedded().questions().iter();
        questions.map(|question| Question { id: question.id.clone(), text: question.question.clone() }).collect()
    }

    fn name(&self) -> String {
        format!("coach {}", lab::reporting::VERSION)
    }

    fn read(&self, question: &str, text: &str) -> Option<Value> {
        coach::assess(question, text).ok().and_then(|assessment| serde_json::to_value(assessment).ok())
    }

    fn differences(&self, question: &str, earlier: &str, later: &str) -> Vec<coach::Change> {
        let read = |text| coach::assess(question, text);
        let both = read(earlier).and_then(|earlier| Ok(coach::compare(&earlier, &read(later)?)));
        both.unwrap_or_default()
    }
}
