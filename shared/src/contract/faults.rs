//! Finds all faults of a request at once: one reading ends at the first fault, but the sender wants to fix all of them.

use std::collections::BTreeSet;

use crate::contract::denial::Violation;

/// How many faults are reported at most: each takes another reading.
const FAULTS_MAX: usize = 8;

/// `first`, and the faults that `again` finds when it reads without the members reported so far; `again` returns `None`
/// where it can read the rest. A member that is missing because its value could not be read is not reported twice.
pub(crate) fn all_of(first: Violation, again: impl Fn(&BTreeSet<String>) -> Option<Violation>) -> Vec<Violation> {
    let mut told = BTreeSet::from([member(&first)]);
    let mut violations = vec![first];
    while violations.len() < FAULTS_MAX
        && let Some(next) = again(&told)
        && told.insert(member(&next))
    {
        violations.push(next);
    }

    violations
}

/// The member that `violation` is about, or is within: `limits` of `limits[0].per`.
fn member(violation: &Violation) -> String {
    violation.field.split(['.', '[']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(fields: &[&str], every: bool) -> Vec<String> {
        let first = Violation::new(*fields.first().unwrap(), "is wrong");
        let again = |told: &BTreeSet<String>| {
            let left = fields.iter().find(|field| every || !told.contains(field.split('[').next().unwrap()));
            left.map(|field| Violation::new(*field, "is wrong"))
        };
        all_of(first, again).into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn each_member_at_fault_is_told_of_once() {
        assert_eq!(found(&["a"], false), ["a"]);
        assert_eq!(found(&["a[1].x", "b", "c"], false), ["a[1].x", "b", "c"]);
        assert_eq!(found(&["body"], true), ["body"], "what is wrong with the whole stays wrong");
        let many: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(found(&many, false).len(), FAULTS_MAX);
    }
}
