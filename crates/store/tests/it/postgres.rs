//! A PostgreSQL server of one's own, for tests.
//!
//! It is made in a temporary folder with `initdb`, listens on loopback only, and ends with the value. PostgreSQL refuses to
//! run as root: there, it runs as the user `postgres`, or `nobody` where there is none. Its files are not synced to disk.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    user: Option<(u32, u32)>,
    databases: AtomicUsize,
}

impl Postgres {
    /// Starts a server, or gives `None` and says so on standard error where PostgreSQL is not installed.
    ///
    /// # Panics
    /// If it is not installed although the variable `CI` is `true`, or does not start: then half of the tests would be
    /// missing without anybody noticing.
    pub(crate) fn start() -> Option<Postgres> {
        let Some(programs) = programs() else {
            let continuous = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!continuous, "PostgreSQL is not installed: its half of the tests cannot run");
            eprintln!("PostgreSQL IS NOT INSTALLED: THIS TEST RAN ON SQLITE ONLY");
            return None;
        };
        Some(Postgres::run(programs).expect("PostgreSQL starts"))
    }

    fn run(programs: PathBuf) -> io::Result<Postgres> {
        static SERVERS: AtomicUsize = AtomicUsize::new(0);
        let server = SERVERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("brownout-postgres-{}-{server}", std::process::id()));
        // What a process with the same number left when it was killed.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder)?;
        let user = user_that_is_not_root()?;
        #[cfg(unix)]
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Postgres { programs, folder, port, user, databases: AtomicUsize::new(0) };
        server.tool("initdb", &["-D", "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"])?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=50"
        );
        server.tool("pg_ctl", &["-D", "data", "-w", "-t", "60", "-l", "log", "-o", &options, "start"])?;
        Ok(server)
    }

    /// The URL of a new and empty database.
    ///
    /// # Panics
    /// If it cannot be made.
    pub(crate) fn database(&self) -> String {
        let name = format!("records{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        self.tool("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", "tester", &name]).expect("a new database");
        format!("postgres://tester@127.0.0.1:{port}/{name}")
    }

    fn tool(&self, name: &str, args: &[&str]) -> io::Result<Output> {
        let mut command = Command::new(self.programs.join(name));
        command.args(args).current_dir(&self.folder).env("LC_ALL", "C");
        #[cfg(unix)]
        if let Some((uid, gid)) = self.user {
            use std::os::unix::process::CommandExt;
            command.uid(uid).gid(gid);
        }
        // A server that is started would hold a pipe open.
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        let said = self.folder.join(format!("{name}.err"));
        let output = command.stderr(fs::File::create(&said)?).output()?;
        if output.status.success() {
            return Ok(output);
        }
        Err(io::Error::other(format!("{name}: {}", fs::read_to_string(said).unwrap_or_default())))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.tool("pg_ctl", &["-D", "data", "-m", "immediate", "-w", "stop"]);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the server's programs: Debian's newest, or where `initdb` is found.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let all = folders.into_iter().rev().chain(on_path.into_iter().flatten());
    all.into_iter().find(|folder| ["initdb", "pg_ctl", "createdb"].iter().all(|name| folder.join(name).is_file()))
}

/// Whom to run the server as: nobody else, unless this is root.
fn user_that_is_not_root() -> io::Result<Option<(u32, u32)>> {
    if id(&["-u"])? != Some(0) {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let (Some(uid), Some(gid)) = (id(&["-u", name])?, id(&["-g", name])?) {
            return Ok(Some((uid, gid)));
        }
    }
    Err(io::Error::other("there is neither a user postgres nor a user nobody"))
}

fn id(args: &[&str]) -> io::Result<Option<u32>> {
    let output = Command::new("id").args(args).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}
