//! The uniform a kernel reads.

use bytemuck::{Pod, Zeroable};

use super::view::View;
use crate::Manifest;

/// `Job` of the module's documentation, word for word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct JobWords {
    pub unit: u32,
    pub unit_count: u32,
    pub dispatch: u32,
    pub dispatch_count: u32,
    pub width: u32,
    pub height: u32,
    pub seed: u32,
    pub output_words: u32,
    pub parameters: [u32; 16],
    /// x, y, width, height of [`View`].
    pub window: [u32; 4],
    pub stride: u32,
    pub padding: [u32; 3],
}

pub const JOB_BYTES: usize = size_of::<JobWords>();

/// Where `window` is; `stride` follows.
pub(super) const WINDOW_OFFSET: u32 = std::mem::offset_of!(JobWords, window) as u32;

impl JobWords {
    /// What dispatch `dispatch` of unit `unit` reads when `view` of it is asked for. Missing parameters are zero.
    pub fn new(manifest: &Manifest, view: View, unit: u32, dispatch: u32) -> Self {
        let (width, height) = manifest.output.extent();
        let mut parameters = [0; 16];
        for (word, given) in parameters.iter_mut().zip(&manifest.units.parameters) {
            *word = *given;
        }
        Self {
            unit,
            unit_count: manifest.units.count,
            dispatch,
            dispatch_count: manifest.kernel.dispatches,
            width,
            height,
            seed: manifest.units.seed,
            output_words: u32::try_from(manifest.output.bytes() / 4).unwrap_or(u32::MAX),
            parameters,
            window: [view.x, view.y, view.width, view.height],
            stride: view.stride,
            padding: [0; 3],
        }
    }
}
