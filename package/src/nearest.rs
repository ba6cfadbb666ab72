//! Owns finding the name that someone probably meant. Must not know what the names stand for.

/// The candidate nearest to `given` without regard to case, if so few edits lie between them that
/// a slip is likely: one in each three characters, at least one.
pub(crate) fn nearest<'a>(
    given: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let given: Vec<char> = given.chars().take(MAX_COMPARED_CHARS).collect();
    candidates
        .into_iter()
        .map(|candidate| (distance(&given, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Characters of a given name that are compared; all names of the manifests are shorter.
const MAX_COMPARED_CHARS: usize = 64;

/// How many insertions, removals and replacements turn `given` into `candidate` (Levenshtein).
fn distance(given: &[char], candidate: &str) -> usize {
    let mut row: Vec<usize> = (0..=given.len()).collect();
    for (rank, wanted) in candidate.chars().enumerate() {
        let mut next = vec![rank + 1];
        let mut left = rank + 1;
        for (above, have) in row.windows(2).zip(given) {
            if let [diagonal, up] = above {
                let replaced = diagonal + usize::from(!have.eq_ignore_ascii_case(&wanted));
                left = replaced.min(up + 1).min(left + 1);
                next.push(left);
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let given: Vec<char> = "kitten".chars().collect();
        assert_eq!(distance(&given, "sitting"), 3);
        assert_eq!(distance(&given, ""), 6);
        assert_eq!(distance(&[], "abc"), 3);
    }

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let names = ["permissions", "network", "appId"];
        assert_eq!(nearest("permisions", names), Some("permissions"));
        assert_eq!(nearest("appid", names), Some("appId"));
        assert_eq!(nearest("sandbox", names), None);
    }
}
