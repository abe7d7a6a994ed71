//! What the operating system says when it refuses.

use std::io;

/// What `error` says, in one line: the usual refusals in plain words, and all without their numbers.
pub fn plain(error: &io::Error) -> String {
    let usual = [
        (io::ErrorKind::AddrInUse, "address in use"),
        (io::ErrorKind::NotFound, "no such file or folder"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
    ];
    if let Some((_, words)) = usual.into_iter().find(|(kind, _)| *kind == error.kind()) {
        return words.to_owned();
    }
    let said = error.to_string();

    said.split_once(" (os error ").map_or(said.as_str(), |(words, _)| words).to_owned()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::plain;

    #[test]
    fn what_the_system_says_has_no_numbers() {
        for (error, words) in [
            (io::Error::from_raw_os_error(2), "no such file or folder"),
            (io::Error::from_raw_os_error(13), "permission denied"),
            (io::Error::from_raw_os_error(20), "Not a directory"),
            (io::Error::other("it is too large"), "it is too large"),
        ] {
            assert_eq!(plain(&error), words);
        }
    }
}
