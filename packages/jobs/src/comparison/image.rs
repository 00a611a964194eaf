//! Class `image`: parts of a frame rendered again.
//!
//! Three crops of a tenth by a tenth of the frame show what a careless or cheaper rendering changes everywhere; a grid of every
//! sixteenth pixel of every sixteenth row shows what was changed in one place. Together they are 3.4 % of the pixels. Where they lie follows from
//! a beacon's randomness after the provider has committed. Golem judged renders by three such crops.

use sha2::{Digest as _, Sha256};

use super::{millionths, CompareError, Finding, Verdict};
use crate::kernel::View;

/// First bytes of what [`Looks::new`] hashes.
pub const LOOK_DOMAIN: &[u8; 16] = b"leasebook/look/1";

pub const CROPS: usize = 3;

/// A crop is one over this of the frame's width, and of its height.
const CROP_SHARE: u32 = 10;

/// A crop's side has at least so many pixels, if the frame has.
const CROP_MIN: u32 = 16;

/// Pixels from one sample of the grid to the next, both ways.
const GRID_STRIDE: u32 = 16;

/// Outliers that no look is a mismatch for: small looks have few pixels.
const ALWAYS_ALLOWED: u64 = 2;

/// How far two renderings of one frame may differ. Channels are 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageTolerance {
    /// A pixel with a channel further off than this is an outlier.
    pub channel: u8,
    /// Outliers allowed in a crop, in millionths of its pixels; two are always allowed.
    pub in_crop: u32,
    /// The same in a grid or a whole frame. Outliers keep together at edges, so a crop may hold many and a grid never does.
    pub in_frame: u32,
}

impl Default for ImageTolerance {
    /// What the demo's frames calibrate to, rounded: edges fall to either side when devices round differently.
    fn default() -> Self {
        Self {
            channel: 3,
            in_crop: 40_000,
            in_frame: 10_000,
        }
    }
}

impl ImageTolerance {
    /// From pairs of honest renderings of the same looks: the channel tolerance leaves at most one pixel in a thousand outside, plus one level;
    /// in a crop twice the outliers of the worst pair are allowed, in a frame five times those of all, at least 1 %. Give it crops. `None` without a pixel.
    pub fn calibrate<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Option<Self> {
        let histograms: Vec<[u64; 256]> = pairs.into_iter().map(|(a, b)| histogram(a, b)).collect();
        let total: u64 = histograms.iter().flatten().sum();
        let beyond = |h: &[u64; 256], channel: usize| h.iter().skip(channel + 1).sum::<u64>();
        let rare = |channel: &usize| {
            let outside: u64 = histograms.iter().map(|h| beyond(h, *channel)).sum();
            outside.saturating_mul(1_000) <= total
        };
        let channel = (0..255).find(rare).filter(|_| total > 0)? + 1;
        let share = |h: &[u64; 256]| millionths(beyond(h, channel), h.iter().sum());
        let in_crop = histograms.iter().map(share).max()?;
        let mut frame = [0; 256];
        for counted in &histograms {
            frame.iter_mut().zip(counted).for_each(|(sum, n)| *sum += n);
        }
        Some(Self {
            channel: channel as u8,
            in_crop: in_crop.saturating_mul(2).min(1_000_000),
            in_frame: share(&frame).saturating_mul(5).clamp(10_000, 1_000_000),
        })
    }
}

/// The parts of a frame that one auditor renders again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    pub crops: [View; CROPS],
    pub grid: View,
}

impl Looks {
    /// Number `n` of five figures is the first eight bytes, big-endian, of `sha256(LOOK_DOMAIN | randomness | unit u32 | n u8 | axis u8)`
    /// modulo the places there are: crops 0 to 2, the grid's origin 3.
    ///
    /// A frame has at least one pixel.
    pub fn new(randomness: &[u8; 32], unit: u32, width: u32, height: u32) -> Self {
        let place = |n: u8, axis: u8, places: u32| {
            let hash = Sha256::new()
                .chain_update(LOOK_DOMAIN)
                .chain_update(randomness)
                .chain_update(unit.to_be_bytes())
                .chain_update([n, axis])
                .finalize();
            let (first, _) = hash.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
            (u64::from_be_bytes(*first) % u64::from(places.max(1))) as u32
        };
        let side = |pixels: u32| pixels.div_ceil(CROP_SHARE).max(CROP_MIN).min(pixels);
        let crop = |n: u8| View {
            x: place(n, 0, width - side(width) + 1),
            y: place(n, 1, height - side(height) + 1),
            width: side(width),
            height: side(height),
            stride: 1,
        };
        let (x, y) = (
            place(3, 0, GRID_STRIDE.min(width)),
            place(3, 1, GRID_STRIDE.min(height)),
        );
        Self {
            crops: [crop(0), crop(1), crop(2)],
            grid: View {
                x,
                y,
                width: (width - x).div_ceil(GRID_STRIDE),
                height: (height - y).div_ceil(GRID_STRIDE),
                stride: GRID_STRIDE,
            },
        }
    }

    pub fn views(&self) -> impl Iterator<Item = View> + '_ {
        self.crops.iter().copied().chain([self.grid])
    }
}

/// Compares the provider's whole frame with views of it that were rendered again, each its view and its RGBA8 samples. The score is the share of
/// outliers in the worst of them.
///
/// # Errors
/// [`CompareError::Computed`]: samples that do not fill their view.
pub fn looks<'a>(
    claimed: &[u8],
    (width, height): (u32, u32),
    rendered: impl IntoIterator<Item = (View, &'a [u8])>,
    tolerance: ImageTolerance,
) -> Result<Finding, CompareError> {
    let whole = View::whole(width, height);
    let mut found = vec![];
    for (view, samples) in rendered {
        if view.check(width, height).is_err() || samples.len() as u64 != view.samples().saturating_mul(4) {
            return Err(CompareError::Computed(samples.len()));
        }
        if claimed.len() as u64 != whole.samples().saturating_mul(4) {
            return Ok(Finding::BEYOND);
        }
        let limit = if view.stride == 1 {
            tolerance.in_crop
        } else {
            tolerance.in_frame
        };
        found.push(judge(&view.of(claimed, width), samples, tolerance.channel, limit));
    }
    Ok(all(found))
}

/// Compares two whole frames, for kernels that cannot render a part.
///
/// # Errors
/// [`CompareError::Computed`]: the rendering here is no RGBA8.
pub fn whole(claimed: &[u8], rendered: &[u8], tolerance: ImageTolerance) -> Result<Finding, CompareError> {
    if rendered.is_empty() || !rendered.len().is_multiple_of(4) {
        return Err(CompareError::Computed(rendered.len()));
    }
    if claimed.len() != rendered.len() {
        return Ok(Finding::BEYOND);
    }
    Ok(judge(claimed, rendered, tolerance.channel, tolerance.in_frame))
}

/// Whether a job's frames can be checked by looks, and what that costs of a whole rendering, in millionths.
pub fn cost(width: u32, height: u32) -> u32 {
    let looks = Looks::new(&[0; 32], 0, width, height);
    let samples = looks.views().map(View::samples).sum();
    millionths(samples, View::whole(width, height).samples())
}

fn judge(claimed: &[u8], rendered: &[u8], channel: u8, limit: u32) -> Finding {
    let histogram = histogram(claimed, rendered);
    let outside = histogram.iter().skip(usize::from(channel) + 1).sum();
    let score = millionths(outside, histogram.iter().sum());
    Finding {
        verdict: if outside <= ALWAYS_ALLOWED || score <= limit {
            Verdict::Match
        } else {
            Verdict::Mismatch
        },
        score,
    }
}

/// Pixels by their largest difference in a channel.
fn histogram(a: &[u8], b: &[u8]) -> [u64; 256] {
    let mut counts = [0; 256];
    for (a, b) in a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0) {
        let worst = a.iter().zip(b).map(|(x, y)| x.abs_diff(*y)).max().unwrap_or(0);
        counts[usize::from(worst)] += 1;
    }
    counts
}

/// Whether all findings match; the score of the worst. None at all is no match.
fn all(findings: impl IntoIterator<Item = Finding>) -> Finding {
    findings
        .into_iter()
        .reduce(|a, b| Finding {
            verdict: match (a.verdict, b.verdict) {
                (Verdict::Match, Verdict::Match) => Verdict::Match,
                _ => Verdict::Mismatch,
            },
            score: a.score.max(b.score),
        })
        .unwrap_or(Finding::BEYOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_takes_small_differences_and_few_outliers() {
        let judge = |a: &[u8], b: &[u8]| whole(a, b, ImageTolerance::default()).unwrap();
        let frame = vec![100u8; 4 * 1000];
        let mut near = frame.clone();
        near.iter_mut().for_each(|c| *c += 3);
        assert_eq!(judge(&frame, &near), Finding::within(0, 0));
        let mut edge = frame.clone();
        (0..10).for_each(|p| edge[4 * p] = 255);
        assert_eq!(judge(&frame, &edge).verdict, Verdict::Match);
        edge[4 * 10] = 255;
        assert_eq!(judge(&frame, &edge).verdict, Verdict::Mismatch);
        assert_eq!(judge(&frame, &edge).score, 11_000);
    }

    #[test]
    fn a_claim_of_another_size_is_a_mismatch_and_a_rendering_of_none_says_nothing() {
        let tolerance = ImageTolerance::default();
        assert_eq!(whole(&[0; 4], &[0; 8], tolerance), Ok(Finding::BEYOND));
        assert_eq!(whole(&[], &[0; 8], tolerance), Ok(Finding::BEYOND));
        assert_eq!(whole(&[0; 8], &[0; 7], tolerance), Err(CompareError::Computed(7)));
        let view = View::whole(1, 1);
        assert_eq!(
            looks(&[], (2, 1), [(view, &[0; 4][..])], tolerance),
            Ok(Finding::BEYOND)
        );
        assert_eq!(
            looks(&[0; 8], (2, 1), [(view, &[0; 8][..])], tolerance),
            Err(CompareError::Computed(8))
        );
    }

    #[test]
    fn looks_lie_inside_the_frame_everywhere_and_cost_little() {
        let mut corners = [false; 4];
        for seed in 0..2_000u32 {
            let mut randomness = [0; 32];
            randomness[..4].copy_from_slice(&seed.to_be_bytes());
            for (width, height) in [(1, 1), (7, 300), (640, 360)] {
                let looks = Looks::new(&randomness, 3, width, height);
                looks.views().for_each(|view| view.check(width, height).unwrap());
            }
            let looks = Looks::new(&randomness, 3, 640, 360);
            for crop in looks.crops {
                for (n, (x, y)) in [(0, 0), (639, 0), (0, 359), (639, 359)].into_iter().enumerate() {
                    let reaches = |from: u32, side: u32, at: u32| from <= at + 32 && at <= from + side + 31;
                    corners[n] |= reaches(crop.x, crop.width, x) && reaches(crop.y, crop.height, y);
                }
            }
        }
        assert_eq!(corners, [true; 4], "no part of the frame is spared");
        let one = Looks::new(&[1; 32], 3, 640, 360);
        assert_ne!(one, Looks::new(&[1; 32], 4, 640, 360));
        assert_ne!(one, Looks::new(&[2; 32], 3, 640, 360));
        assert!(cost(640, 360) < 34_100, "{}", cost(640, 360));
    }

    #[test]
    fn a_tolerance_is_what_honest_pairs_need_and_a_margin() {
        let a = vec![100u8; 4 * 10_000];
        let mut b = a.clone();
        b.iter_mut().step_by(7).for_each(|c| *c += 2);
        b[..4 * 5].fill(0);
        let tolerance = ImageTolerance::calibrate([(&a[..], &b[..])]).unwrap();
        assert_eq!(tolerance.channel, 3);
        assert_eq!(
            (tolerance.in_crop, tolerance.in_frame),
            (1_000, 10_000),
            "twice 5 of 10,000"
        );
        assert_eq!(ImageTolerance::calibrate([]), None);
    }
}
