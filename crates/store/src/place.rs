//! Where records are: a file or a server.

use crate::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file; it and its folder are made where they are missing.
    File(PathBuf),
    /// A PostgreSQL database, by its URL.
    Server(String),
}

impl Place {
    /// What the file is called in a data folder.
    pub const FILE_NAME: &'static str = "brownout.db";

    /// The database file of a data folder.
    pub fn in_folder(folder: &Path) -> Place {
        Place::File(folder.join(Place::FILE_NAME))
    }

    /// A PostgreSQL database, named by a `postgres://` URL.
    ///
    /// # Errors
    /// [`Error::NoUrl`] for anything else.
    pub fn server(url: &str) -> Result<Place, Error> {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        if known { Ok(Place::Server(url.to_owned())) } else { Err(Error::NoUrl(without_password(url))) }
    }
}

/// Shows no password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(file) => write!(f, "{}", file.display()),
            Place::Server(url) => write!(f, "{}", without_password(url)),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A URL as it may be shown: without password, and without parameters, which may hold one too.
fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://ann:s3cret@db/kit", "postgres://ann@db/kit"),
            ("postgres://ann:p@ss@db:5432/kit?password=other", "postgres://ann@db:5432/kit"),
            ("postgresql:///kit?host=/run", "postgresql:///kit"),
        ] {
            assert_eq!(format!("{0} {0:?}", Place::server(url).expect("a URL")), format!("{shown} {shown}"));
        }
        let refused = Place::server("mysql://ann:s3cret@db/kit").expect_err("another database").to_string();
        assert!(refused.contains("mysql://ann@db/kit") && !refused.contains("s3cret"), "{refused}");
    }
}
