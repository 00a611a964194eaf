//! Honest and cheating renderings of the demo's animation.

#![allow(dead_code, clippy::unwrap_used)]

use std::time::Duration;

use jobs::executor::{Exit, Plan, UnitRange};
use jobs::kernel::KernelExecutor;
use jobs::manifest::Output;
use jobs::{AttemptId, Digest, Executor, Manifest, Store};

const SOURCE: &str = include_str!("../../examples-data/orbit/orbit.wgsl");
const MANIFEST: &str = include_str!("../../examples-data/orbit/job.toml");

/// Units that are looked at, of 48.
pub const UNITS: [u32; 4] = [2, 14, 27, 39];

/// Functions that err as another machine's do: `rough` by `ulps` in the last place, `off` by `error` at all.
const ROUGH: &str = "
fn err(x: f32) -> f32 {
    var h = bitcast<u32>(x) * 0x9e3779b1u; h ^= h >> 15u; h *= 0x85ebca77u; h ^= h >> 13u;
    return f32(h >> 8u) / 8388608.0 - 1.0;
}
fn rough(x: f32) -> f32 { return x * (1.0 + ULPS * err(x)); }
fn off(x: f32, angle: f32) -> f32 { return x + ERROR * err(angle); }
";

/// The animation at `width` x `height` by a kernel that `change` has been made to, `dispatches` samples a pixel; [`UNITS`] plus `shift`.
pub struct Studio {
    pub store: Store,
    pub executor: KernelExecutor,
    pub width: u32,
    pub height: u32,
    /// Of [`UNITS`], so many are rendered.
    pub units: usize,
    attempts: u32,
}

impl Studio {
    pub fn new(folder: &std::path::Path, program: std::path::PathBuf, width: u32, height: u32) -> Self {
        Self {
            store: Store::open(folder.join("store")).unwrap(),
            executor: KernelExecutor::new(folder.join("attempts"), program).unwrap(),
            width,
            height,
            units: UNITS.len(),
            attempts: 0,
        }
    }

    pub async fn render(&mut self, source: &str, dispatches: u32, shift: u32) -> Vec<Vec<u8>> {
        let (width, height) = (self.width, self.height);
        self.sized(source, dispatches, shift, width, height).await
    }

    async fn sized(
        &mut self,
        source: &str,
        dispatches: u32,
        shift: u32,
        width: u32,
        height: u32,
    ) -> Vec<Vec<u8>> {
        let mut manifest = Manifest::from_toml(MANIFEST).unwrap();
        manifest.kernel.source.digest = self.store.put(source.as_bytes()).unwrap();
        manifest.kernel.source.size = source.len() as u64;
        manifest.kernel.dispatches = dispatches;
        manifest.kernel.workgroups = [width.div_ceil(8), height.div_ceil(8), 1];
        manifest.output = Output::Rgba8 { width, height };
        let plan = Plan {
            manifest_digest: manifest.digest().unwrap(),
            unit_deadline: Duration::from_secs(60),
            manifest,
        };
        let prepared = self.executor.prepare(&plan, &self.store).await.unwrap();
        let mut frames = vec![];
        for unit in UNITS.into_iter().take(self.units) {
            self.attempts += 1;
            let units = UnitRange {
                first: unit + shift,
                count: 1,
            };
            let attempt = AttemptId::new(1, unit, self.attempts);
            let handle = self.executor.start(&prepared, &attempt, units).await.unwrap();
            let outcome = self.executor.wait(&handle).await.unwrap();
            assert_eq!(outcome.exit, Exit::Completed);
            let frame = std::fs::read(&outcome.finished[0].path).unwrap();
            assert_eq!(Digest::of(&frame), outcome.finished[0].result);
            frames.push(frame);
        }
        frames
    }

    /// Half as wide and high, each pixel doubled.
    pub async fn enlarged(&mut self) -> Vec<Vec<u8>> {
        let (width, height) = (self.width / 2, self.height / 2);
        let small = self.sized(SOURCE, 3, 0, width, height).await;
        let double = |frame: Vec<u8>| {
            let pixels = frame.as_chunks::<4>().0;
            let at = |x: u32, y: u32| pixels[(y / 2 * width + x / 2) as usize];
            (0..2 * height)
                .flat_map(|y| (0..2 * width).flat_map(move |x| at(x, y)))
                .collect()
        };
        small.into_iter().map(double).collect()
    }
}

pub fn plain() -> String {
    SOURCE.into()
}

/// A machine whose sine and cosine are off by up to `error` and whose distances by `ulps` units in the last place.
pub fn other_machine(error: f64, ulps: f64) -> String {
    let changed = replaced(
        SOURCE,
        "return vec2f(cos(a), sin(a));",
        "return vec2f(off(cos(a), a), off(sin(a), a));",
    );
    let changed = changed
        .replace("cos(swing)", "off(cos(swing), swing)")
        .replace("sin(swing)", "off(sin(swing), swing)")
        .replace(
            "fn solids(p: vec3f) -> f32 {",
            "fn solids(p: vec3f) -> f32 { return rough(exactly(p)); }\nfn exactly(p: vec3f) -> f32 {",
        )
        .replace("let h = sqrt(", "let h = rough(sqrt(")
        .replace("rough(sqrt(h)", "sqrt(h)");
    let figures = ROUGH
        .replace("ULPS", &format!("{:e}", ulps * 2f64.powi(-23)))
        .replace("ERROR", &format!("{error:e}"));
    format!("{changed}{figures}")
}

pub fn replaced(source: &str, old: &str, new: &str) -> String {
    assert!(source.contains(old), "{old}");
    source.replace(old, new)
}

/// Reflections left out.
pub fn shallow() -> String {
    replaced(SOURCE, "bounce < 4", "bounce < 1")
}

/// Shadows left out.
pub fn unshadowed() -> String {
    replaced(SOURCE, "sun = sunlight(p + n * 0.004);", "sun = 1.0;")
}

/// Fewer steps along each ray.
pub fn hasty() -> String {
    replaced(SOURCE, "i < 96", "i < 32")
}

/// A box of `share` of the frame, at a place that follows from `n`, painted over.
pub fn painted(frame: &[u8], width: u32, share: f64, n: u64) -> Vec<u8> {
    let height = frame.len() as u32 / 4 / width;
    let (w, h) = (f64::from(width) * share.sqrt(), f64::from(height) * share.sqrt());
    let (w, h) = (w.round() as u32, h.round() as u32);
    let x = (super::language::splitmix(n) % u64::from(width - w)) as u32;
    let y = (super::language::splitmix(!n) % u64::from(height - h)) as u32;
    let mut out = frame.to_vec();
    for row in y..y + h {
        let from = 4 * (row * width + x) as usize;
        out[from..from + 4 * w as usize].fill(0xff);
    }
    out
}

/// Colours of five bits.
pub fn coarse(frame: &[u8]) -> Vec<u8> {
    frame.iter().map(|c| c & 0xf8 | c >> 5).collect()
}
