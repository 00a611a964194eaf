//! A part of a frame, rendered alone: what an auditor needs to check a frame without rendering all of it.

use serde::{Deserialize, Serialize};

/// Samples of a frame on a grid: sample (i, j) is the frame's pixel (x + i * stride, y + j * stride).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    pub x: u32,
    pub y: u32,
    /// Samples in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 is a window of neighbouring pixels.
    pub stride: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    #[error("the job's output is no image")]
    NoImage,
    #[error("the kernel renders whole frames only: its Job has no window and stride")]
    WholeFramesOnly,
    #[error("{view:?} is empty or leaves the frame of {width} x {height}")]
    Outside { view: View, width: u32, height: u32 },
}

impl View {
    /// All pixels of a frame.
    pub const fn whole(width: u32, height: u32) -> Self {
        Self {
            x: 0,
            y: 0,
            width,
            height,
            stride: 1,
        }
    }

    /// # Errors
    /// [`ViewError::Outside`].
    pub fn check(self, width: u32, height: u32) -> Result<(), ViewError> {
        let fits = |from: u32, samples: u32, side: u32| {
            let last = u64::from(samples.saturating_sub(1)).saturating_mul(self.stride.into());
            samples > 0 && u64::from(from).saturating_add(last) < side.into()
        };
        if self.stride > 0 && fits(self.x, self.width, width) && fits(self.y, self.height, height) {
            Ok(())
        } else {
            Err(ViewError::Outside {
                view: self,
                width,
                height,
            })
        }
    }

    /// Number of samples.
    pub fn samples(self) -> u64 {
        u64::from(self.width).saturating_mul(self.height.into())
    }

    /// These samples of a whole frame of RGBA8 pixels, `width` pixels a row. The view lies inside of it, see [`View::check`].
    pub fn of(self, frame: &[u8], width: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.samples().saturating_mul(4) as usize);
        for row in 0..u64::from(self.height) {
            let y = u64::from(self.y) + row * u64::from(self.stride);
            for column in 0..u64::from(self.width) {
                let x = u64::from(self.x) + column * u64::from(self.stride);
                let at = 4 * (y * u64::from(width) + x) as usize;
                out.extend_from_slice(&frame[at..at + 4]);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_stays_inside_the_frame() {
        let view = |x, width, stride| View {
            x,
            y: 0,
            width,
            height: 1,
            stride,
        };
        for inside in [view(0, 10, 1), view(9, 1, 5), view(1, 3, 4), view(0, 1, u32::MAX)] {
            assert_eq!(inside.check(10, 1), Ok(()), "{inside:?}");
        }
        let outside = [
            view(0, 11, 1),
            view(10, 1, 1),
            view(2, 3, 4),
            view(0, 0, 1),
            view(0, 1, 0),
            view(0, u32::MAX, u32::MAX),
        ];
        for outside in outside {
            assert!(outside.check(10, 1).is_err(), "{outside:?}");
        }
    }

    #[test]
    fn samples_are_the_frames_own_pixels() {
        let frame: Vec<u8> = (0..6u8 * 4).flat_map(|pixel| [pixel; 4]).collect();
        let view = View {
            x: 1,
            y: 0,
            width: 2,
            height: 2,
            stride: 3,
        };
        let expected: Vec<u8> = [1, 4, 19, 22].iter().flat_map(|pixel| [*pixel; 4]).collect();
        assert_eq!(view.of(&frame, 6), expected);
        assert_eq!(View::whole(6, 4).of(&frame, 6), frame);
    }
}
