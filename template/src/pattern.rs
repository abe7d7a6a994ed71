//! Wildcards as IAM has them: `*` is any text, `?` one character.

/// Whether `text` fits `pattern`.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // reached[i]: the pattern so far fits the first i characters.
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for wanted in pattern {
        let before = reached.clone();
        let mut previous = false;
        for (index, slot) in reached.iter_mut().enumerate() {
            let before_here = before.get(index).copied().unwrap_or_default();
            let before_one = index.checked_sub(1).and_then(|one| before.get(one)).copied().unwrap_or_default();
            let character = index.checked_sub(1).and_then(|one| text.get(one));
            *slot = match wanted {
                '*' => before_here || previous,
                '?' => before_one,
                literal => before_one && character == Some(&literal),
            };
            previous = *slot;
        }
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("dynamodb:*", "dynamodb:GetItem", true),
            ("dynamodb:*", "s3:GetObject", false),
            ("dynamodb:*Item", "dynamodb:GetItem", true),
            ("dynamodb:*Item", "dynamodb:GetItems", false),
            ("a*b*c", "axxbxxbc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "", false),
            ("**", "x", true),
            ("KeysTable", "KeysTable2", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
