//! What members of the API are called on the command line: the stack refuses an option by the name of its member.

use crate::error::Error;

/// Members whose options have other names, and those.
const OPTIONS: [(&str, &str); 14] = [
    ("allowedAddresses", "--allow"),
    ("expiresAt", "--expires"),
    ("expiresBefore", "--expires-before"),
    ("externalId", "--external-id"),
    ("limits", "--limit"),
    ("operations", "--operation"),
    ("overlapSeconds", "--overlap"),
    ("returnUrl", "--return-url"),
    ("rotateEvery", "--rotate-every"),
    ("rotateOverlap", "--rotate-overlap"),
    ("scopes", "--scope"),
    ("seconds", "--lasts"),
    ("sharedLimits", "--shared-limit"),
    ("unusedSince", "--unused-since"),
];

/// `error`, and by which options it can be mended, if it is the stack's word on members of a command line.
pub(crate) fn named(error: Error) -> Error {
    let Error::Usage(why) = &error else { return error };
    let words: Vec<_> = why.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let meant = OPTIONS.iter().filter(|(member, _)| why.starts_with("400: ") && words.contains(member));
    let meant: Vec<_> = meant.map(|(member, option)| format!("{member} is {option}")).collect();

    if meant.is_empty() { error } else { Error::Usage(format!("{why} ({})", meant.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::error::Error;

    #[test]
    fn a_member_is_called_as_on_the_command_line() {
        for (why, said) in [
            (
                "400: The request is not valid: limits[0].per must be minute, expiresAt must be later",
                " (expiresAt is --expires, limits is --limit)",
            ),
            ("400: plan must be one of free, pro", ""),
            ("standard input: limits is no list", ""),
        ] {
            assert_eq!(named(Error::Usage(why.to_owned())).to_string(), format!("{why}{said}"));
        }
        assert_eq!(named(Error::Refused("409: limits".to_owned())).to_string(), "409: limits");
    }
}
