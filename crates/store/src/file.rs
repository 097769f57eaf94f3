//! Files that only their owner can read, and that are there whole or not at all.

use crate::error::Error;
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Makes a folder, and those above it, that only its owner can enter. One that is there stays as it is.
///
/// # Errors
/// [`Error::File`] if it cannot be made.
pub fn private_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).map_err(|source| Error::File { doing: "make", file: folder.to_owned(), source })
}

/// Makes a file that only its owner can read; fails with `AlreadyExists` where there is one.
///
/// # Errors
/// As the operating system says.
pub fn create_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(file)
}

/// Writes a file that only its owner can read. It takes the place of an earlier one in one step: whoever reads sees the
/// earlier bytes or the new ones, also after a crash.
///
/// # Errors
/// [`Error::File`] if it cannot be written; an earlier file is kept then.
pub fn write_private(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::File { doing: "write", file: file.to_owned(), source };
    let beside = beside(file, &format!("{}.part", std::process::id()));
    // What a process with the same number left when it was killed.
    let _ = fs::remove_file(&beside);
    let written = create_private(&beside)
        .and_then(|mut new| new.write_all(bytes).and_then(|()| new.sync_all()))
        .and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(failed)
}

/// Takes others' rights to a file away.
pub(crate) fn make_private(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(file, Permissions::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = (file, Permissions::readonly);
    Ok(())
}

/// Copies a damaged database beside itself, once: the same bytes have the same name.
pub(crate) fn keep_copy(file: &Path) -> io::Result<PathBuf> {
    let bytes = fs::read(file)?;
    let name: String = Sha256::digest(&bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let copy = beside(file, &format!("damaged-{name}"));
    copy_once(&copy, &bytes)?;
    // What had not been moved into the database yet.
    let wal = beside_as(file, "-wal");
    if let Ok(bytes) = fs::read(&wal)
        && !bytes.is_empty()
    {
        copy_once(&beside_as(&copy, "-wal"), &bytes)?;
    }
    Ok(copy)
}

fn copy_once(copy: &Path, bytes: &[u8]) -> io::Result<()> {
    match create_private(copy) {
        Ok(mut new) => new.write_all(bytes).and_then(|()| new.sync_all()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// `name.ending` in the same folder.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    beside_as(file, &format!(".{ending}"))
}

fn beside_as(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    file.with_file_name(name)
}
