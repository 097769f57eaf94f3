//! Where questions and readings of answers come from.

use practice::nearest;
use serde::Serialize;
use serde_json::Value;

/// A question of the bank.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
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

/// The questions that a kit is made for, and nobody who reads the answers.
#[derive(Clone, Copy, Debug)]
pub struct PlainQuestions;

const QUESTIONS: [(&str, &str); 6] = [
    ("reliable-api", "How do you design a reliable API for internal and external consumers?"),
    ("denormalize", "When would you denormalize data?"),
    ("latency-growth", "How do you investigate latency growth in a service?"),
    ("shared-dependency", "How would you scale a backend that becomes a shared dependency across teams?"),
    ("resilient-design", "What makes a backend design resilient rather than just functional?"),
    ("improve-without-rewrite", "Tell me about a time you improved a backend system without rewriting everything."),
];

impl Coach for PlainQuestions {
    fn questions(&self) -> Vec<Question> {
        let question = |(id, text): (&str, &str)| Question { id: id.to_owned(), text: text.to_owned() };
        QUESTIONS.map(question).to_vec()
    }

    fn name(&self) -> String {
        "nobody".to_owned()
    }

    fn read(&self, _question: &str, _text: &str) -> Option<Value> {
        None
    }
}
