//! The key of an endpoint: it goes into a header, and nothing shows it.

use std::fmt;
use ureq::http::HeaderValue;

/// A key that can stand in a header.
#[derive(Clone)]
pub(super) struct Key(String);

impl Key {
    /// A key without the space around it, which a file's last line break would be; nothing if it can be no key.
    pub(super) fn new(said: &str) -> Option<Key> {
        let key = Key(said.trim().to_owned());
        (!key.0.is_empty() && key.0.bytes().all(|byte| byte.is_ascii_graphic())).then_some(key)
    }

    /// The value of `Authorization`, marked so that no log of the client has it.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Words of the endpoint, which knows the key, without it.
    pub(super) fn hidden_in(&self, said: &str) -> String {
        said.replace(&self.0, "[key]")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_a_key() {
        let key = Key::new(" sk-s3cret\n").expect("a key");
        assert_eq!(format!("{key:?}"), "Key(hidden)");
        assert_eq!(key.authorization().expect("a header"), "Bearer sk-s3cret");
        assert!(!format!("{:?}", key.authorization()).contains("s3cret"));
        assert_eq!(key.hidden_in("no such key: sk-s3cret!"), "no such key: [key]!");
    }

    #[test]
    fn what_can_be_no_key() {
        for said in ["", " \n", "sk s3cret", "sk-s3cret\r\nHost: elsewhere", "schlüssel"] {
            assert!(Key::new(said).is_none(), "{said:?}");
        }
    }
}
