//! Patterns of texts: pieces in a row, each of them characters of a set. They are written in a part of the syntax of regular
//! expressions, a small one, so that how short and how easy to guess a match can be is known when a contract is read.

use std::collections::BTreeSet;
use std::fmt;
use std::iter::Peekable;
use std::str::{Chars, FromStr};

/// The most characters that a pattern matches.
pub(super) const MOST: usize = 256;

/// What a pattern is made of, in words.
const SYNTAX: &str =
    "must be characters and classes like [0-9a-f] in a row, each perhaps followed by ?, {32} or {20,40}";

/// What means something else in regular expressions: as itself, it stands behind a backslash.
const SPECIAL: &str = r"\.+*?()|[]{}^$";

/// What means something else within a class, here or elsewhere.
const SPECIAL_IN_CLASS: &str = r"\[]^&~-";

/// A pattern of texts of visible ASCII.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    pieces: Vec<Piece>,
}

/// So many characters of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// A bit for each character of ASCII.
    set: u128,
    least: usize,
    most: usize,
}

impl Piece {
    fn has(&self, byte: u8) -> bool {
        self.set & bit(byte) != 0
    }

    /// Where it can end in `bytes` if it begins at `start`.
    fn ends(&self, bytes: &[u8], start: usize) -> impl Iterator<Item = usize> {
        let fitting = bytes.iter().skip(start).take(self.most).take_while(|byte| self.has(**byte)).count();

        (self.least..=fitting).map(move |count| start.saturating_add(count))
    }

    /// The character that it is, if it is always the same one, once.
    fn letter(&self) -> Option<char> {
        let is_one = self.set.is_power_of_two() && self.least == 1 && self.most == 1;

        is_one.then(|| u8::try_from(self.set.trailing_zeros()).map(char::from).ok()).flatten()
    }
}

/// The bit of a character of ASCII; none of another one.
fn bit(byte: u8) -> u128 {
    1_u128.checked_shl(byte.into()).unwrap_or_default()
}

impl Pattern {
    /// Whether all of `bytes` is such a text.
    pub(super) fn matches(&self, bytes: &[u8]) -> bool {
        if bytes.len() > MOST {
            return false;
        }
        // Where the pieces so far can end.
        let mut ends = BTreeSet::from([0]);
        for piece in &self.pieces {
            ends = ends.into_iter().flat_map(|start| piece.ends(bytes, start)).collect();
        }

        ends.contains(&bytes.len())
    }

    /// The length of the shortest text, in characters.
    pub(super) fn shortest(&self) -> usize {
        self.pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.least))
    }

    fn longest(&self) -> usize {
        self.pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.most))
    }

    /// How many shortest texts there are at least, up to 2¹²⁸ less one.
    pub(super) fn count(&self) -> u128 {
        let of = |piece: &Piece| {
            let times = u32::try_from(piece.least).unwrap_or(u32::MAX);
            u128::from(piece.set.count_ones()).saturating_pow(times)
        };

        self.pieces.iter().fold(1, |product, piece| product.saturating_mul(of(piece)))
    }

    /// What every text begins with; perhaps nothing.
    pub(super) fn lead(&self) -> String {
        self.pieces.iter().map_while(Piece::letter).collect()
    }
}

/// As it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.text)
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut letters = text.chars().peekable();
        let mut pieces = Vec::new();
        while let Some(letter) = letters.next() {
            let set = match letter {
                '[' => class(&mut letters)?,
                '\\' => escaped(&mut letters)?,
                plain if !SPECIAL.contains(plain) => one(plain)?,
                special => return Err(format!("{SYNTAX}; {special} as itself is written \\{special}")),
            };
            let (least, most) = times(&mut letters)?;
            pieces.push(Piece { set, least, most });
        }
        let pattern = Self { text: text.to_owned(), pieces };
        if pattern.longest() > MOST {
            return Err(format!("must not match more than {MOST} characters"));
        }

        Ok(pattern)
    }
}

/// The character `letter` alone.
fn one(letter: char) -> Result<u128, String> {
    match u8::try_from(letter) {
        Ok(byte) if byte.is_ascii_graphic() => Ok(bit(byte)),
        _ => Err(format!("{SYNTAX}; {letter:?} is not visible ASCII")),
    }
}

/// The character behind a backslash.
fn escaped(letters: &mut Peekable<Chars<'_>>) -> Result<u128, String> {
    match letters.next() {
        Some(letter) if letter.is_ascii_punctuation() && !matches!(letter, '<' | '>') => one(letter),
        Some(letter) => Err(format!("{SYNTAX}; \\{letter} means nothing here")),
        None => Err(format!("{SYNTAX}; a backslash is the last of it")),
    }
}

/// The characters of a class, behind its first bracket.
fn class(letters: &mut Peekable<Chars<'_>>) -> Result<u128, String> {
    let mut set = 0;
    let mut is_first = true;
    loop {
        let letter = letters.next().ok_or_else(|| format!("{SYNTAX}; a class does not end"))?;
        set |= match letter {
            ']' if !is_first => return Ok(set),
            // At the edge it is itself.
            '-' if is_first || letters.peek() == Some(&']') => one('-')?,
            '\\' => escaped(letters)?,
            special if SPECIAL_IN_CLASS.contains(special) => {
                return Err(format!("{SYNTAX}; within a class, {special} as itself is written \\{special}"));
            }
            from if ends_range(letters) => {
                letters.next();
                range(from, letters.next())?
            }
            plain => one(plain)?,
        };
        is_first = false;
    }
}

/// Whether a dash comes next, and after it what a range can end with.
fn ends_range(letters: &Peekable<Chars<'_>>) -> bool {
    let mut next = letters.clone();

    next.next() == Some('-') && next.next() != Some(']')
}

/// All characters from one to another of the same kind: `0-9`, `a-f`.
fn range(from: char, to: Option<char>) -> Result<u128, String> {
    let kinds: [fn(&char) -> bool; 3] = [char::is_ascii_digit, char::is_ascii_lowercase, char::is_ascii_uppercase];
    let to = to.filter(|to| from <= *to && kinds.iter().any(|is_of| is_of(&from) && is_of(to)));
    let to = to.ok_or_else(|| format!("{SYNTAX}; a range is of digits or of letters, in their order"))?;

    (from..=to).try_fold(0, |set, letter| Ok(set | one(letter)?))
}

/// How often a piece may come: once, if nothing is said.
fn times(letters: &mut Peekable<Chars<'_>>) -> Result<(usize, usize), String> {
    match letters.peek() {
        Some('?') => {
            letters.next();
            Ok((0, 1))
        }
        Some('{') => {
            letters.next();
            let mut bounds = String::new();
            loop {
                match letters.next() {
                    Some('}') => break,
                    Some(letter) => bounds.push(letter),
                    None => return Err(format!("{SYNTAX}; {{{bounds} does not end")),
                }
            }
            let (least, most) = bounds.split_once(',').unwrap_or((&bounds, &bounds));
            let read = |digits: &str| digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
            match (read(least), read(most)) {
                (Some(least), Some(most)) if least <= most && (1..=MOST).contains(&most) => Ok((least, most)),
                _ => Err(format!("{SYNTAX}; {{{bounds}}} is no such number, or above {MOST}")),
            }
        }
        _ => Ok((1, 1)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_lite::Regex;

    use super::*;

    #[test]
    fn all_of_a_text_must_be_such_a_one() {
        let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        for (pattern, text, matches) in [
            ("[A-Za-z0-9]{20,40}", "a".repeat(19), false),
            ("[A-Za-z0-9]{20,40}", "a".repeat(20), true),
            ("[A-Za-z0-9]{20,40}", "Z".repeat(40), true),
            ("[A-Za-z0-9]{20,40}", "0".repeat(41), false),
            ("[A-Za-z0-9]{20,40}", format!("{}-", "a".repeat(20)), false),
            ("[A-Za-z0-9]{20,40}", format!("{}é", "a".repeat(20)), false),
            (uuid, "123e4567-e89b-12d3-a456-426614174000".to_owned(), true),
            (uuid, "123E4567-e89b-12d3-a456-426614174000".to_owned(), false),
            (uuid, "123e4567e89b12d3a456426614174000".to_owned(), false),
            // What one piece can take can be another's.
            ("[ab]{0,4}a{3}b?", "aaaaaaab".to_owned(), true),
            ("[ab]{0,4}a{3}b?", "aabb".to_owned(), false),
            (r"old_[\-\]_.~]{2}", "old_]-".to_owned(), false),
            (r"old_[\-\]_.]{2}", "old_]-".to_owned(), true),
            (r"[-a]\+", "-+".to_owned(), true),
            ("", String::new(), true),
        ] {
            let read = pattern.parse::<Pattern>();
            assert_eq!(read.is_ok_and(|read| read.matches(text.as_bytes())), matches, "{pattern} {text}");
        }
        assert!(!"a{256}".parse::<Pattern>().unwrap().matches(&[b'a'; 257]));
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (text, why) in [
            ("[0-9a-f]+", "+ as itself is written \\+"),
            (".{20}", ". as itself"),
            ("(a|b){20}", "( as itself"),
            ("^[a-z]{20}$", "^ as itself"),
            (r"\d{20}", "\\d means nothing here"),
            ("a\\", "a backslash is the last of it"),
            ("[a-z", "a class does not end"),
            ("[", "a class does not end"),
            ("[^a]{20}", "within a class, ^ as itself is written \\^"),
            ("[]{20}", "within a class, ]"),
            ("[z-a]{20}", "a range is of digits or of letters"),
            ("[a-Z]{20}", "a range is of digits or of letters"),
            ("[+--]{20}", "a range is of digits or of letters"),
            ("a{20,}", "{20,} is no such number"),
            ("a{}", "{} is no such number"),
            ("a{+5}", "{+5} is no such number"),
            ("a{5,3}", "{5,3} is no such number"),
            ("a{0}", "{0} is no such number"),
            ("a{257}", "{257} is no such number, or above 256"),
            ("a{20", "{20 does not end"),
            ("a{200}b{57}", "must not match more than 256 characters"),
            ("a b", "' ' is not visible ASCII"),
            ("é", "'é' is not visible ASCII"),
        ] {
            let told = text.parse::<Pattern>().unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
    }

    #[test]
    fn how_short_and_how_many_texts_are_is_known() {
        for (text, shortest, count, lead) in [
            ("[A-Za-z0-9]{20,40}", 20, 62_u128.pow(20), ""),
            ("old_[0-9a-f]{16}", 20, 1 << 64, "old_"),
            ("a?[01]{3}b{2}", 5, 8, ""),
            ("ab{2}", 3, 1, "a"),
            ("[0-9a-f]{60}", 60, u128::MAX, ""),
            ("", 0, 1, ""),
        ] {
            let pattern: Pattern = text.parse().unwrap();
            let said = (pattern.shortest(), pattern.count(), pattern.lead(), pattern.to_string());
            assert_eq!(said, (shortest, count, lead.to_owned(), text.to_owned()));
        }
    }

    /// Patterns, most of them right.
    fn written() -> impl Strategy<Value = String> {
        let piece = r"([a-c_]|\\[.+\]-]|\[[a-c]-[d-f]\]|\[[ab_-]{1,3}\]|\[\\][ab]\])(\?|\{[0-3]\}|\{[0-2],[2-4]\})?";

        proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_pattern_means_what_regular_expressions_mean(pattern in written(), texts in proptest::collection::vec("[a-f_.+\\]-]{0,8}", 40)) {
            if let Ok(read) = pattern.parse::<Pattern>() {
                let other = Regex::new(&format!("^({pattern})$")).unwrap();
                for text in texts {
                    prop_assert_eq!(read.matches(text.as_bytes()), other.is_match(&text), "{} {}", pattern, text);
                }
            }
        }

        #[test]
        fn any_text_can_be_read_as_a_pattern(text: String, bytes: Vec<u8>) {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert!(pattern.shortest() <= MOST);
                pattern.matches(&bytes);
            }
        }
    }
}
