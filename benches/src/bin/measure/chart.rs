//! The charts: what an allowed GET costs as policies grow, in SVG.

use std::fmt::Write as _;

use s3_cors_bench::cases::SCALES;
use s3_cors_bench::{Case, Group, Kind};

use crate::Result;
use crate::counting::Programs;
use crate::figures::Figures;

/// A chart's lines of one group: the kind, and the instructions by size.
struct Line {
    name: &'static str,
    color: &'static str,
    points: Vec<(f64, f64)>,
}

/// Counts what the charts show.
pub(crate) fn measure(programs: &Programs) -> Result<Figures> {
    let mut figures = Figures::default();
    let mut runs = Vec::new();
    for group in Group::ALL {
        for scale in SCALES {
            for case in scale.cases {
                let kinds = Kind::ALL.into_iter().filter(|kind| kind.suits(case));
                runs.extend(kinds.map(|kind| (group, case, kind)));
            }
        }
    }
    programs.count_runs(&runs, &mut figures)?;
    Ok(figures)
}

/// One file for each way in which a policy grows, with a panel for each group.
pub(crate) fn draw(figures: &Figures) -> Vec<(String, String)> {
    SCALES
        .iter()
        .map(|scale| {
            let panels = Group::ALL.map(|group| (group, lines(figures, group, scale.cases)));
            let svg = svg(scale.name, scale.axis, &panels);
            (format!("{}.svg", scale.name.replace(' ', "-")), svg)
        })
        .collect()
}

fn lines(figures: &Figures, group: Group, cases: &[Case]) -> Vec<Line> {
    [
        (Kind::Rival, group.rival(), "#b3541e"),
        (Kind::Naive, "a loop over the rules", "#8a6d00"),
        (Kind::Floor, "the floor", "#8a8f98"),
        (Kind::Ours, "s3-cors", "#1668b8"),
    ]
    .into_iter()
    .map(|(kind, name, color)| {
        let point = |case: &Case| {
            let overhead = figures.overhead(group, case.id, kind)?;
            Some((case.policy.size() as f64, overhead.instructions as f64))
        };
        Line {
            name,
            color,
            points: cases.iter().filter_map(point).collect(),
        }
    })
    .filter(|line| !line.points.is_empty())
    .collect()
}

const WIDTH: f64 = 260.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 52.0;
const GAP: f64 = 66.0;

/// Both axes are logarithmic: from 1 to 1,000 across, from 1,000 to 1,000,000 up.
fn across(size: f64) -> f64 {
    WIDTH * size.max(1.0).log10() / 3.0
}

fn up(instructions: f64) -> f64 {
    HEIGHT * (1.0 - (instructions.max(1000.0).log10() - 3.0) / 3.0)
}

fn svg(title: &str, axis: &str, panels: &[(Group, Vec<Line>)]) -> String {
    let width = LEFT + panels.len() as f64 * (WIDTH + GAP);
    let height = TOP + HEIGHT + 96.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"#444\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"15\" font-weight=\"bold\">What a GET costs by \
         {title}: instructions over the bare service</text>\n"
    );
    for (position, (group, lines)) in panels.iter().enumerate() {
        let left = LEFT + position as f64 * (WIDTH + GAP);
        let _ = writeln!(svg, "<g transform=\"translate({left} {TOP})\">");
        let name = group.name();
        let _ = writeln!(svg, "<text y=\"-8\" font-weight=\"bold\">{name}</text>");
        for (value, label) in [
            (1e3, "1,000"),
            (1e4, "10,000"),
            (1e5, "100,000"),
            (1e6, "1 M"),
        ] {
            let y = up(value);
            let _ = writeln!(
                svg,
                "<path d=\"M0 {y:.1}H{WIDTH}\" stroke=\"#ddd\"/>\
                 <text x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                y + 4.0
            );
        }
        for (value, label) in [(1.0, "1"), (10.0, "10"), (100.0, "100"), (1000.0, "1,000")] {
            let x = across(value);
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} 0V{HEIGHT}\" stroke=\"#eee\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
                HEIGHT + 16.0
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{axis}</text>",
            WIDTH / 2.0,
            HEIGHT + 34.0
        );
        for (number, line) in lines.iter().enumerate() {
            draw_line(&mut svg, line, number);
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw_line(svg: &mut String, line: &Line, number: usize) {
    let color = line.color;
    let points = line
        .points
        .iter()
        .map(|&(size, cost)| format!("{:.1},{:.1}", across(size), up(cost)));
    let points = points.collect::<Vec<_>>().join(" ");
    let _ = writeln!(
        svg,
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>"
    );
    for &(size, cost) in &line.points {
        let (x, y) = (across(size), up(cost));
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" fill=\"{color}\"/>"
        );
    }
    // The legend, below the axis.
    let (x, y) = (
        (number % 2) as f64 * 120.0,
        HEIGHT + 56.0 + (number / 2) as f64 * 18.0,
    );
    let name = line.name;
    let _ = writeln!(
        svg,
        "<path d=\"M{x} {}h16\" stroke=\"{color}\" stroke-width=\"2\"/>\
         <text x=\"{}\" y=\"{y}\">{name}</text>",
        y - 4.0,
        x + 22.0
    );
}
