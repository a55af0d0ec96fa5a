use s3_cors::{CorsConfiguration, CorsRule};

use super::{RuleChange, rule_changes};

/// A rule for each word: `id:origin,origin:METHOD,METHOD`. The ID may be empty.
fn configuration(words: &str) -> CorsConfiguration {
    let rule = |word: &str| {
        let mut parts = word.split(':');
        let mut part = || parts.next().unwrap_or_default();
        let id = part();
        let mut rule = CorsRule::new(part().split(','), part().split(','));
        rule.id = (!id.is_empty()).then(|| id.to_owned());
        rule
    };
    CorsConfiguration::new(words.split_whitespace().map(rule))
}

fn lines(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (configuration(before), configuration(after));
    let changes = rule_changes(Some(&before), Some(&after));
    assert_eq!(rebuilt(&before, &after, &changes), after.cors_rules);
    changes.iter().map(ToString::to_string).collect()
}

/// The new rules, built from the old ones and the changes alone: rules without a change keep their
/// order.
fn rebuilt(
    before: &CorsConfiguration,
    after: &CorsConfiguration,
    changes: &[RuleChange<'_>],
) -> Vec<CorsRule> {
    let mut slots: Vec<Option<CorsRule>> = vec![None; after.cors_rules.len()];
    let mut stays = vec![true; before.cors_rules.len()];
    for change in changes {
        match *change {
            RuleChange::Added { index, rule } => slots[index] = Some(rule.clone()),
            RuleChange::Removed { index, .. } => stays[index] = false,
            RuleChange::Changed {
                before_index,
                index,
                rule,
                ..
            }
            | RuleChange::Moved {
                before_index,
                index,
                rule,
            } => {
                stays[before_index] = false;
                slots[index] = Some(rule.clone());
            }
        }
    }
    let mut stayed = before
        .cors_rules
        .iter()
        .zip(stays)
        .filter(|(_, stays)| *stays)
        .map(|(rule, _)| rule.clone());
    let rebuilt = slots
        .into_iter()
        .map(|slot| slot.or_else(|| stayed.next()).unwrap_or_default())
        .collect();
    assert_eq!(stayed.next(), None, "a rule disappeared without a change");
    rebuilt
}

#[test]
fn each_kind_of_change_is_described_in_one_line() {
    let rows: [(&str, &str, &[&str]); 14] = [
        (":a:GET", ":a:GET", &[]),
        (
            ":a:GET",
            ":a:GET x:b:PUT,POST",
            &[r#"added CORSRules[1] "x": AllowedMethods ["PUT", "POST"], AllowedOrigins ["b"]"#],
        ),
        (
            ":a:GET x:b:PUT",
            ":a:GET",
            &[r#"removed CORSRules[1] "x": AllowedMethods ["PUT"], AllowedOrigins ["b"]"#],
        ),
        // No rule has moved: the order of the others is the same.
        (
            ":a:GET x:b:PUT",
            "x:b:PUT",
            &[r#"removed CORSRules[0]: AllowedMethods ["GET"], AllowedOrigins ["a"]"#],
        ),
        (
            "x:a:GET",
            "x:b:PUT",
            &[
                r#"changed CORSRules[0] "x": AllowedMethods + "PUT" - "GET"; AllowedOrigins + "b" - "a""#,
            ],
        ),
        (
            ":a:GET",
            ":b:GET",
            &[r#"changed CORSRules[0]: AllowedOrigins + "b" - "a""#],
        ),
        (
            ":a:GET",
            ":b:PUT",
            &[
                r#"removed CORSRules[0]: AllowedMethods ["GET"], AllowedOrigins ["a"]"#,
                r#"added CORSRules[0]: AllowedMethods ["PUT"], AllowedOrigins ["b"]"#,
            ],
        ),
        (
            ":a:GET,PUT",
            ":a:PUT,GET",
            &[r#"changed CORSRules[0]: AllowedMethods ["GET", "PUT"] -> ["PUT", "GET"]"#],
        ),
        (
            "x:a:GET",
            "y:a:GET",
            &[r#"changed CORSRules[0] "y": ID "x" -> "y""#],
        ),
        (
            ":a:GET :b:PUT",
            ":b:PUT :a:GET",
            &["moved CORSRules[0] to CORSRules[1]"],
        ),
        (
            "x:a:GET y:b:PUT z:c:POST",
            "z:c:POST x:a:GET y:b:PUT",
            &[r#"moved CORSRules[2] "z" to CORSRules[0]"#],
        ),
        (
            "x:a:GET y:b:PUT z:c:POST",
            "z:c:POST,PUT x:a:GET y:b:PUT",
            &[r#"changed CORSRules[0] "z", moved from CORSRules[2]: AllowedMethods + "PUT""#],
        ),
        // The rule with the same ID is the pair, however similar another one is.
        (
            "x:a,b,c:GET",
            "y:a,b,c:GET,PUT x:d:PUT",
            &[
                r#"added CORSRules[0] "y": AllowedMethods ["GET", "PUT"], AllowedOrigins ["a", "b", "c"]"#,
                r#"changed CORSRules[1] "x": AllowedMethods + "PUT" - "GET"; AllowedOrigins + "d" - "a" - "b" - "c""#,
            ],
        ),
        // The more similar of two rules is the pair, wherever it is.
        (
            ":a:GET :a,b:GET,PUT",
            ":a,b,c:GET,PUT",
            &[
                r#"removed CORSRules[0]: AllowedMethods ["GET"], AllowedOrigins ["a"]"#,
                r#"changed CORSRules[0]: AllowedOrigins + "c""#,
            ],
        ),
    ];
    for (before, after, expected) in rows {
        assert_eq!(lines(before, after), expected, "{before} -> {after}");
    }
}

#[test]
fn changes_to_the_other_members_of_a_rule_are_described() {
    let before = configuration(":a:GET");
    let mut after = before.clone();
    after.cors_rules[0].max_age_seconds = Some(60);
    after.cors_rules[0].allowed_headers = vec!["x-\"\n".into()];
    after.cors_rules[0].expose_headers = vec!["ETag".into()];
    let changes = rule_changes(Some(&before), Some(&after));
    assert_eq!(
        changes[0].to_string(),
        "changed CORSRules[0]: AllowedHeaders + \"x-\\\"\\n\"; ExposeHeaders + \"ETag\"; \
         MaxAgeSeconds none -> 60"
    );
}

#[test]
fn a_configuration_that_comes_or_goes_adds_or_removes_every_rule() {
    let some = configuration(":a:GET :b:PUT");
    assert_eq!(rule_changes(None, None), []);
    assert_eq!(rule_changes(None, Some(&some)).len(), 2);
    let gone = rule_changes(Some(&some), None);
    assert!(
        gone.iter()
            .all(|change| matches!(change, RuleChange::Removed { .. }))
    );
    assert_eq!(gone.len(), 2);
}

#[test]
fn long_lists_are_truncated() {
    let before = configuration(":a:GET");
    let mut after = before.clone();
    after.cors_rules[0]
        .allowed_origins
        .extend((0..50).map(|n| n.to_string()));
    let line = rule_changes(Some(&before), Some(&after))[0].to_string();
    assert!(line.ends_with(r#"+ "19" and 30 more"#), "{line}");
}

#[test]
fn the_changes_explain_every_difference() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..3_000 {
        let mut words = || {
            let count = random.usize(..7);
            let word = |random: &mut fastrand::Rng| {
                let id = ["", "", "x", "y"][random.usize(..4)];
                let origins = ["a", "b", "a,b", "c,d,e"][random.usize(..4)];
                let methods = ["GET", "PUT", "GET,PUT"][random.usize(..3)];
                format!("{id}:{origins}:{methods} ")
            };
            (0..count).map(|_| word(&mut random)).collect::<String>()
        };
        let (before, after) = (words(), words());
        let changes = lines(&before, &after);
        assert_eq!(changes.is_empty(), before == after, "{before} -> {after}");
    }
}
