//! Line charts as SVG, readable without a program to draw them.

use std::fmt::Write as _;

use crate::stats::Estimate;

/// A line with its interval.
pub struct Line {
    pub name: String,
    /// One value for each of the chart's places.
    pub points: Vec<Estimate>,
}

pub struct Chart {
    pub title: String,
    /// What the places are, and their labels from left to right, evenly spaced.
    pub across: String,
    pub places: Vec<String>,
    /// What is counted.
    pub up: String,
    pub lines: Vec<Line>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 56.0;
/// Blue, vermilion, green, orange of Okabe and Ito, told apart by most eyes.
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#e69f00"];

impl Chart {
    pub fn svg(&self) -> String {
        let bounds = self.bounds();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
        );
        text(
            &mut svg,
            LEFT,
            22.0,
            "start",
            &format!("<tspan font-size=\"15\">{}</tspan>", escaped(&self.title)),
        );
        self.axes(&mut svg, bounds);
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            self.line(&mut svg, line, colour, bounds);
        }
        self.legend(&mut svg);
        svg + "</svg>\n"
    }

    /// Lowest and highest value shown; zero is always between them.
    fn bounds(&self) -> (f64, f64) {
        let finite = |x: f64| if x.is_finite() { x } else { 0.0 };
        let all = || self.lines.iter().flat_map(|line| &line.points);
        let low = all().map(|e| finite(e.low)).fold(0.0, f64::min);
        let high = all().map(|e| finite(e.high)).fold(0.0, f64::max);
        let margin = ((high - low) * 0.06).max(1e-9);
        (low - margin, high + margin)
    }

    fn x(&self, place: usize) -> f64 {
        let steps = self.places.len().saturating_sub(1).max(1) as f64;
        LEFT + (WIDTH - LEFT - RIGHT) * place as f64 / steps
    }

    fn axes(&self, svg: &mut String, (low, high): (f64, f64)) {
        for tick in ticks(low, high) {
            let y = y(tick, (low, high));
            let (colour, width) = if tick == 0.0 { ("#000", 1.4) } else { ("#ddd", 1.0) };
            let right = WIDTH - RIGHT;
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"{colour}\" stroke-width=\"{width}\"/>"
            );
            text(svg, LEFT - 8.0, y + 4.0, "end", &trimmed(tick));
        }
        for (place, label) in self.places.iter().enumerate() {
            text(
                svg,
                self.x(place),
                HEIGHT - BOTTOM + 18.0,
                "middle",
                &escaped(label),
            );
        }
        let middle = (LEFT + WIDTH - RIGHT) / 2.0;
        text(svg, middle, HEIGHT - 12.0, "middle", &escaped(&self.across));
        text(svg, 8.0, TOP - 8.0, "start", &escaped(&self.up));
    }

    fn line(&self, svg: &mut String, line: &Line, colour: &str, bounds: (f64, f64)) {
        let at = |place: usize, value: f64| {
            let value = if value.is_finite() { value } else { 0.0 };
            format!("{:.1} {:.1}", self.x(place), y(value, bounds))
        };
        let points = || line.points.iter().enumerate();
        let upper = points().map(|(place, e)| at(place, e.high));
        let lower = points().rev().map(|(place, e)| at(place, e.low));
        let band: Vec<String> = upper.chain(lower).collect();
        let mean: Vec<String> = points().map(|(place, e)| at(place, e.mean)).collect();
        let _ = writeln!(
            svg,
            "<path d=\"M{}Z\" fill=\"{colour}\" fill-opacity=\"0.18\"/>\n\
             <path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            band.join("L"),
            mean.join("L")
        );
    }

    fn legend(&self, svg: &mut String) {
        if self.lines.len() < 2 {
            return;
        }
        for (number, (line, colour)) in self.lines.iter().zip(COLOURS.iter().cycle()).enumerate() {
            let y = TOP + 14.0 + 17.0 * number as f64;
            let x = WIDTH - RIGHT - 10.0;
            let name = format!("<tspan fill=\"{colour}\">{}</tspan>", escaped(&line.name));
            text(svg, x, y, "end", &name);
        }
    }
}

fn y(value: f64, (low, high): (f64, f64)) -> f64 {
    TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)
}

/// Round numbers between the bounds, about six of them.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 6.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|times| times * power)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(power);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|n| n as f64 * step).collect()
}

fn trimmed(x: f64) -> String {
    let text = format!("{x:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, content: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{content}</text>"
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(mean: f64) -> Estimate {
        Estimate {
            mean,
            low: mean - 1.0,
            high: mean + 1.0,
            n: 9,
        }
    }

    #[test]
    fn a_chart_has_a_band_and_a_line_for_each_series_and_a_label_for_each_place() {
        let line = |name: &str, means: [f64; 2]| Line {
            name: name.into(),
            points: means.map(estimate).to_vec(),
        };
        let svg = Chart {
            title: "gain & loss".into(),
            across: "q < 1".into(),
            places: vec!["1".into(), "20".into()],
            up: "unit prices".into(),
            lines: vec![line("a", [-3.0, 5.0]), line("b", [0.0, 1.0])],
        }
        .svg();
        assert_eq!(svg.matches("fill-opacity").count(), 2);
        assert_eq!(svg.matches("stroke-width=\"2\"").count(), 2);
        assert!(svg.contains("gain &amp; loss") && svg.contains("q &lt; 1") && svg.contains(">20<"));
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn what_has_no_bound_is_drawn_at_zero() {
        let svg = Chart {
            title: String::new(),
            across: String::new(),
            places: vec!["1".into()],
            up: String::new(),
            lines: vec![Line {
                name: String::new(),
                points: vec![Estimate {
                    mean: 1.0,
                    low: f64::NEG_INFINITY,
                    high: f64::INFINITY,
                    n: 1,
                }],
            }],
        }
        .svg();
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn ticks_are_round_and_hold_zero() {
        assert_eq!(ticks(-3.1, 5.2), [-2.0, 0.0, 2.0, 4.0]);
        assert_eq!(trimmed(-0.0), "0");
        assert_eq!(trimmed(0.25), "0.25");
    }
}
