//! How a database is opened: its URL, what each connection is told, and the checks before it is used.

use crate::error::{Error, Obstacle};
use crate::file::{create_private, keep_copy, make_private, private_folder};
use crate::place::Place;
use crate::schema::migrate;
use crate::store::Settings;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Which of the two databases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Backend {
    File,
    Server,
}

/// What a database is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// To keep records in; a file that is missing is made.
    Keep,
    /// To fill a new file with all records: one file, without a log beside it.
    Fill,
    /// To take records out of it; nothing is made, and a database without records is none of ours.
    TakeOut,
}

/// A database that has passed its checks.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) pool: AnyPool,
    pub(crate) backend: Backend,
}

impl Opened {
    /// Opens a database, checks it and brings its tables to the newest format.
    pub(crate) async fn new(place: &Place, settings: &Settings, purpose: Purpose) -> Result<Opened, Error> {
        install_default_drivers();
        let (backend, url) = match place {
            Place::File(file) => (Backend::File, url(&prepared(file, purpose)?)?),
            Place::Server(url) => (Backend::Server, url.clone()),
        };
        let unreachable = |error: sqlx::Error| {
            let (obstacle, said) = Obstacle::of(&error);
            match Error::from(error) {
                Error::Database(_) | Error::Lost(_) => Error::Unreachable { place: place.to_string(), obstacle, said },
                other => other,
            }
        };
        let options: AnyConnectOptions = url.parse().map_err(unreachable)?;
        // The first connection by itself: a pool would try again and again, and hide why it cannot connect.
        let mut first = options.connect().await.map_err(unreachable)?;
        check(&mut first, backend, settings, purpose).await.map_err(|error| named(error, place, purpose))?;
        first.close().await?;
        Ok(Opened { pool: pool(options, backend, settings), backend })
    }

    /// The statement that begins a transaction in which nobody else writes.
    pub(crate) fn begin_writing(&self) -> &'static str {
        match self.backend {
            Backend::File => "BEGIN IMMEDIATE",
            Backend::Server => "BEGIN",
        }
    }

    /// The statement that begins a transaction which sees one state throughout.
    pub(crate) fn begin_reading(&self) -> &'static str {
        match self.backend {
            Backend::File => "BEGIN",
            Backend::Server => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        }
    }
}

fn pool(options: AnyConnectOptions, backend: Backend, settings: &Settings) -> AnyPool {
    let settings = settings.clone();
    AnyPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(settings.busy + Duration::from_secs(5))
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move { tell(connection, backend, &settings).await })
        })
        .connect_lazy_with(options)
}

/// Makes the folder and the file, for their owner only.
fn prepared(file: &Path, purpose: Purpose) -> Result<PathBuf, Error> {
    let failed = |doing| move |source| Error::File { doing, file: file.to_owned(), source };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if purpose != Purpose::TakeOut {
        private_folder(folder)?;
        match create_private(file) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed("make")(error)),
            _ => {}
        }
        make_private(file).map_err(failed("take others' rights to"))?;
    }
    file.canonicalize().map_err(failed("read"))
}

/// The URL of a file. Whatever is not plain is escaped byte by byte.
fn url(file: &Path) -> Result<String, Error> {
    let said = "its path is no Unicode".to_owned();
    let text = file.to_str().ok_or_else(|| Error::Unreachable {
        place: file.display().to_string(),
        obstacle: Obstacle::Other,
        said,
    })?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let escaped: String = text
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    Ok(format!("sqlite://{escaped}?mode=rw"))
}

async fn check(
    connection: &mut AnyConnection,
    backend: Backend,
    settings: &Settings,
    purpose: Purpose,
) -> Result<(), Error> {
    tell(connection, backend, settings).await?;
    if backend == Backend::File {
        if purpose == Purpose::Keep {
            keep_a_log(connection, settings.busy).await?;
        }
        check_whole(connection).await?;
    }
    if purpose == Purpose::TakeOut {
        check_ours(connection).await?;
    }
    migrate(connection, backend).await
}

async fn check_ours(connection: &mut AnyConnection) -> Result<(), Error> {
    const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('documents', 'versions')";
    let tables: Vec<(String,)> = sqlx::query_as(TABLES).fetch_all(connection).await?;
    if tables.len() == 2 { Ok(()) } else { Err(Error::Database("it has no records of Brownout".to_owned())) }
}

/// Tells a connection what holds for each of them.
async fn tell(connection: &mut AnyConnection, backend: Backend, settings: &Settings) -> Result<(), sqlx::Error> {
    let ms = settings.busy.as_millis();
    match backend {
        Backend::File => {
            // FULL: what was acknowledged is there after a power cut, not only after a crash of the program.
            let told = format!("PRAGMA busy_timeout = {ms}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
            connection.execute(AssertSqlSafe(told)).await?;
            if let Some(pages) = settings.most_pages {
                connection.execute(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).await?;
            }
        }
        Backend::Server => {
            connection.execute(AssertSqlSafe(format!("SET lock_timeout = {ms}"))).await?;
        }
    }
    Ok(())
}

/// Changes to the write-ahead log, which the file remembers. SQLite does not wait for others in some of its cases.
async fn keep_a_log(connection: &mut AnyConnection, patience: Duration) -> Result<(), Error> {
    let began = Instant::now();
    loop {
        match connection.execute("PRAGMA journal_mode = WAL").await.map_err(Error::from) {
            Err(Error::Busy) if began.elapsed() < patience => tokio::time::sleep(Duration::from_millis(10)).await,
            other => return other.map(|_| ()),
        }
    }
}

async fn check_whole(connection: &mut AnyConnection) -> Result<(), Error> {
    let said: Vec<(String,)> = sqlx::query_as("PRAGMA integrity_check(3)").fetch_all(connection).await?;
    let said: Vec<String> = said.into_iter().map(|(line,)| line).collect();
    if said == ["ok"] {
        return Ok(());
    }
    Err(Error::Damaged { file: PathBuf::new(), copy: None, said: said.join("; ") })
}

/// Names the file that is damaged and, where records are kept in it, copies it before anything else can happen to it.
fn named(error: Error, place: &Place, purpose: Purpose) -> Error {
    match (error, place) {
        (Error::Damaged { said, .. }, Place::File(file)) => {
            let copy = (purpose == Purpose::Keep).then(|| keep_copy(file).ok()).flatten();
            Error::Damaged { copy, file: file.clone(), said }
        }
        (other, _) => other,
    }
}
