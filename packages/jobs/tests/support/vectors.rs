//! An embedding by a small network on the CPU, honest in several orders of summing, and cheaper ways to nearly the same.

#![allow(dead_code)]

use super::language::{splitmix, unit};

pub const WIDTH: usize = 192;
const LAYERS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// Sums from the first to the last.
    Forward,
    Backward,
    /// With fused multiply-add.
    Fused,
    /// Sixteen partial sums, as a GPU's lanes have them.
    Lanes,
    /// Weights of so many bits behind the point of the largest.
    Weights(i32),
    /// Weights of 7 bits of mantissa.
    Bfloat,
    /// One layer less.
    Shallow,
    /// Every hundredth weight left out.
    Sparse,
}

/// What the network makes of input `n`.
pub fn embed(n: u64, way: Way) -> Vec<u8> {
    let mut x: Vec<f32> = (0..WIDTH).map(|i| normal(n << 20 | i as u64)).collect();
    let layers = if way == Way::Shallow { LAYERS - 1 } else { LAYERS };
    for layer in 0..layers {
        let weight = |row: usize, column: usize| {
            let at = (layer * WIDTH + row) * WIDTH + column;
            let w = normal(0x5eed_0000_0000 + at as u64) / (WIDTH as f32).sqrt();
            match way {
                Way::Weights(bits) => {
                    let step = 4.0 / (WIDTH as f32).sqrt() / 2f32.powi(bits - 1);
                    (w / step).round() * step
                }
                Way::Bfloat => f32::from_bits(w.to_bits().wrapping_add(0x8000) & 0xffff_0000),
                Way::Sparse if at.is_multiple_of(100) => 0.0,
                _ => w,
            }
        };
        x = (0..WIDTH)
            .map(|row| (1.5 * sum(way, &x, |column| weight(row, column))).tanh())
            .collect();
    }
    x.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn sum(way: Way, x: &[f32], weight: impl Fn(usize) -> f32) -> f32 {
    match way {
        Way::Backward => (0..x.len()).rev().fold(0.0, |sum, i| sum + x[i] * weight(i)),
        Way::Fused => (0..x.len()).fold(0.0, |sum, i| x[i].mul_add(weight(i), sum)),
        Way::Lanes => {
            let mut lanes = [0.0f32; 16];
            (0..x.len()).for_each(|i| lanes[i % 16] += x[i] * weight(i));
            lanes.iter().sum()
        }
        _ => (0..x.len()).fold(0.0, |sum, i| sum + x[i] * weight(i)),
    }
}

/// About normal: four uniform numbers.
fn normal(n: u64) -> f32 {
    let mut state = n;
    let mut total = 0.0;
    for _ in 0..4 {
        state = splitmix(state);
        total += unit(state);
    }
    ((total - 2.0) * 3f64.sqrt()) as f32
}
