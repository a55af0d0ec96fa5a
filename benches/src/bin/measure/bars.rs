//! Checks this project's costs against the limits.

use std::fmt::Write as _;

use s3_cors_bench::cases::{Allocations, Instructions};
use s3_cors_bench::{CASES, Case, Group, Kind};

use crate::figures::Figures;
use crate::table::thousands;

/// How much the cost of a call varies between heaps.
const HEAPS_DIFFER: i64 = 150;

/// How much more than a negative floor is allowed.
const MORE: i64 = 400;

/// A limit, and the cost that is compared with it.
struct Row {
    group: Group,
    case: &'static Case,
    ours: i64,
    limit: i64,
    what: String,
}

impl Row {
    fn holds(&self) -> bool {
        self.ours <= self.limit
    }

    /// The share of the limit that is used. A cost above a negative limit counts as far above.
    fn used(&self) -> f64 {
        if self.limit > 0 {
            self.ours as f64 / self.limit as f64
        } else {
            1.0 + (self.ours - self.limit) as f64 / 1000.0
        }
    }
}

/// All limits, the closest first, and whether all hold.
pub(crate) fn table(figures: &Figures) -> (String, bool) {
    let mut rows: Vec<Row> = Vec::new();
    for group in Group::ALL {
        for case in CASES {
            rows.extend(instructions(figures, group, case));
            rows.extend(rival(figures, group, case));
            rows.extend(replaceable(figures, group, case));
            rows.extend(allocations(figures, group, case));
        }
    }
    rows.sort_by(|a, b| b.used().total_cmp(&a.used()));
    let mut text = String::from(
        "| group | case | ours | limit | share | what the limit is | |\n|---|---|--:|--:|--:|---|---|\n",
    );
    for row in &rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.2} | {} | {} |",
            row.group.name(),
            row.case.name,
            thousands(row.ours),
            thousands(row.limit),
            row.used(),
            row.what,
            if row.holds() { "" } else { "**exceeded**" },
        );
    }
    let exceeded = rows.iter().filter(|row| !row.holds()).count();
    let _ = writeln!(text, "\n{exceeded} of {} limits exceeded", rows.len());
    (text, exceeded == 0)
}

fn instructions(figures: &Figures, group: Group, case: &'static Case) -> Option<Row> {
    let overhead = |case: &str, kind| Some(figures.overhead(group, case, kind)?.instructions);
    let ours = overhead(case.id, Kind::Ours)?;
    let bar = match case.bar.instructions {
        Instructions::FloorOrActix(_, times) if group == Group::Actix => Instructions::Floor(times),
        Instructions::FloorOrActix(times, _) => Instructions::Floor(times),
        other => other,
    };
    let (limit, what) = match bar {
        Instructions::Floor(times) | Instructions::Refusal(times) => {
            let floor = overhead(case.id, Kind::Floor)?;
            if floor < 0 {
                (floor + MORE, format!("the floor + {MORE}"))
            } else {
                (scaled(floor, times), format!("{times} x the floor"))
            }
        }
        Instructions::Case(times, other) => {
            let few = overhead(other, Kind::Ours)?;
            let limit = few + scaled(few.abs(), times - 1.0) + HEAPS_DIFFER;
            (limit, format!("{times} x ours in \"{}\"", name(other)))
        }
        Instructions::PerByte(each) => {
            let bytes = i64::try_from((case.request)().bytes_asked_for()).ok()?;
            (scaled(bytes, each), format!("{each} per byte"))
        }
        Instructions::FloorOrActix(..) | Instructions::None => return None,
    };
    Some(Row {
        group,
        case,
        ours,
        limit,
        what,
    })
}

/// Ours costs no more than the rival, except for refusals, which have an XML body only here, and for
/// lists that rivals do not read: tower-http reads none, actix-cors only one line.
fn rival(figures: &Figures, group: Group, case: &'static Case) -> Option<Row> {
    if matches!(
        case.bar.instructions,
        Instructions::Refusal(_) | Instructions::PerByte(_) | Instructions::None
    ) {
        return None;
    }
    let overhead = |kind| Some(figures.overhead(group, case.id, kind)?.instructions);
    let rival = overhead(Kind::Rival)?;
    // S3 sends six headers with an allowed GET, actix-cors three.
    let request = (case.request)();
    let allowed_get = request.method == "GET" && is_allowed(figures, group, case);
    let (limit, what) = if group == Group::Actix && allowed_get {
        (scaled(rival, 1.1), format!("1.1 x {}", group.rival()))
    } else {
        (rival, group.rival().to_owned())
    };
    Some(Row {
        group,
        case,
        ours: overhead(Kind::Ours)?,
        limit,
        what,
    })
}

/// Replaceable rules cost one more atomic load.
fn replaceable(figures: &Figures, group: Group, case: &'static Case) -> Option<Row> {
    const LOAD: i64 = 70;
    let cost = |kind| Some(figures.cost(group, case.id, kind)?.instructions);
    Some(Row {
        group,
        case,
        ours: cost(Kind::Shared)?,
        limit: cost(Kind::Ours)? + LOAD + HEAPS_DIFFER,
        what: "ours with fixed rules + 220, whole calls".to_owned(),
    })
}

/// A response with CORS headers costs far more than one without.
fn is_allowed(figures: &Figures, group: Group, case: &Case) -> bool {
    let floor = figures.overhead(group, case.id, Kind::Floor);
    floor.is_some_and(|floor| floor.instructions > 1500)
}

fn allocations(figures: &Figures, group: Group, case: &'static Case) -> Option<Row> {
    let overhead = |case: &str, kind| Some(figures.overhead(group, case, kind)?.allocations);
    let (limit, what) = match case.bar.allocations {
        Allocations::Zero => (0, "no allocation".to_owned()),
        Allocations::Floor => {
            let floor = overhead(case.id, Kind::Floor)?;
            (floor, "the floor's allocations".to_owned())
        }
        Allocations::Case(other) => {
            let few = overhead(other, Kind::Ours)?;
            (few, format!("allocations in \"{}\"", name(other)))
        }
        Allocations::Unlimited => return None,
    };
    Some(Row {
        group,
        case,
        ours: overhead(case.id, Kind::Ours)?,
        limit,
        what,
    })
}

fn name(id: &str) -> &'static str {
    Case::by_id(id).map_or("", |case| case.name)
}

fn scaled(count: i64, times: f64) -> i64 {
    (count as f64 * times) as i64
}
