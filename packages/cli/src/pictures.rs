//! Frames as files: one PNG each, a contact sheet, an animation.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{bail, Context as _, Result};
use jobs::image::{contact_sheet, write_animation, Frame};

const COLUMNS: u32 = 8;
const SHRINK: u32 = 4;
const FRAMES_PER_SECOND: u16 = 24;

/// # Errors
/// `pixels` are not RGBA of this size, or the file cannot be written.
pub fn write_frame(width: u32, height: u32, pixels: Vec<u8>, path: &Path) -> Result<()> {
    Ok(Frame::new(width, height, pixels)?.write_png(create(path)?)?)
}

/// Make a contact sheet and an animated PNG of frames that [`write_frame`] wrote.
///
/// # Errors
/// A frame cannot be read, or a file not be written.
pub fn assemble(frames: &[PathBuf], sheet: &Path, animation: &Path) -> Result<()> {
    let frames: Vec<Frame> = frames.iter().map(|path| read(path)).collect::<Result<_>>()?;
    contact_sheet(&frames, COLUMNS, SHRINK)?.write_png(create(sheet)?)?;
    Ok(write_animation(&frames, FRAMES_PER_SECOND, create(animation)?)?)
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn read(path: &Path) -> Result<Frame> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info()?;
    let mut pixels = vec![
        0;
        reader
            .output_buffer_size()
            .context("a frame is larger than memory")?
    ];
    let info = reader.next_frame(&mut pixels)?;
    if info.color_type != png::ColorType::Rgba || info.bit_depth != png::BitDepth::Eight {
        bail!("{} is not an RGBA image of 8 bits", path.display());
    }
    Ok(Frame::new(info.width, info.height, pixels)?)
}
