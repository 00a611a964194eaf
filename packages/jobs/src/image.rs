//! Raw pixels to files people can look at. Pixels are RGBA8, rows from the top.

use std::io::{self, Write};

use png::{BitDepth, ColorType, Compression, Encoder};

#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error("{found} bytes are not {width} x {height} RGBA8 pixels, {expected} bytes")]
    Size {
        width: u32,
        height: u32,
        expected: usize,
        found: usize,
    },
    #[error("no frames")]
    NoFrames,
    #[error("a contact sheet of {0} columns, each frame made {1} times smaller")]
    Layout(u32, u32),
    #[error(transparent)]
    Encoding(#[from] png::EncodingError),
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Frame {
    /// # Errors
    /// [`ImageError::Size`] unless there are four bytes a pixel.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, ImageError> {
        let expected = (width as usize).saturating_mul(height as usize).saturating_mul(4);
        if pixels.len() != expected || expected == 0 {
            return Err(ImageError::Size {
                width,
                height,
                expected,
                found: pixels.len(),
            });
        }
        Ok(Self {
            width,
            height,
            pixels,
        })
    }

    pub fn width(&self) -> u32 {
        self.width
    }

    pub fn height(&self) -> u32 {
        self.height
    }

    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Each pixel the mean of `factor` x `factor`; what does not fill one at the right and bottom is cut.
    ///
    /// # Errors
    /// [`ImageError::Layout`] if nothing would be left.
    pub fn shrink(&self, factor: u32) -> Result<Self, ImageError> {
        let (width, height) = match factor {
            0 => return Err(ImageError::Layout(1, factor)),
            _ => (self.width / factor, self.height / factor),
        };
        if width == 0 || height == 0 {
            return Err(ImageError::Layout(1, factor));
        }
        let area = u64::from(factor).saturating_mul(factor.into());
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 4);
        for y in 0..height {
            for x in 0..width {
                for channel in 0..4 {
                    let sum: u64 = (0..factor)
                        .flat_map(|dy| (0..factor).map(move |dx| (dx, dy)))
                        .map(|(dx, dy)| u64::from(self.at(x * factor + dx, y * factor + dy, channel)))
                        .sum();
                    // A mean of bytes is a byte.
                    pixels.push(((sum + area / 2) / area) as u8);
                }
            }
        }
        Self::new(width, height, pixels)
    }

    fn at(&self, x: u32, y: u32, channel: usize) -> u8 {
        self.pixels[(y as usize * self.width as usize + x as usize) * 4 + channel]
    }

    /// # Errors
    /// `sink` refuses.
    pub fn write_png(&self, sink: impl Write) -> Result<(), ImageError> {
        let mut writer = encoder(sink, self.width, self.height).write_header()?;
        writer.write_image_data(&self.pixels)?;
        Ok(writer.finish()?)
    }
}

/// All frames side by side, `columns` in a row, each `factor` times smaller, on black with a gap of 2 pixels.
///
/// # Errors
/// No frames, frames of different size, a layout that leaves nothing.
pub fn contact_sheet(frames: &[Frame], columns: u32, factor: u32) -> Result<Frame, ImageError> {
    const GAP: u32 = 2;
    let first = frames.first().ok_or(ImageError::NoFrames)?.shrink(factor)?;
    if columns == 0 {
        return Err(ImageError::Layout(columns, factor));
    }
    let count = u32::try_from(frames.len()).unwrap_or(u32::MAX);
    let columns = columns.min(count);
    let (cell_width, cell_height) = (first.width + GAP, first.height + GAP);
    let width = cell_width.saturating_mul(columns) + GAP;
    let height = cell_height.saturating_mul(count.div_ceil(columns)) + GAP;
    let mut sheet = vec![0; width as usize * height as usize * 4];
    sheet.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
    for (index, frame) in (0..).zip(frames) {
        same_size(&frames[0], frame)?;
        let small = frame.shrink(factor)?;
        let left = (GAP + index % columns * cell_width) as usize;
        let top = (GAP + index / columns * cell_height) as usize;
        for (y, row) in small.pixels.chunks_exact(small.width as usize * 4).enumerate() {
            let start = ((top + y) * width as usize + left) * 4;
            sheet[start..start + row.len()].copy_from_slice(row);
        }
    }
    Frame::new(width, height, sheet)
}

/// An animated PNG that repeats for ever. Programs that know PNG only show the first frame.
///
/// # Errors
/// No frames, frames of different size, `sink` refuses.
pub fn write_animation(frames: &[Frame], frames_per_second: u16, sink: impl Write) -> Result<(), ImageError> {
    let first = frames.first().ok_or(ImageError::NoFrames)?;
    let mut encoder = encoder(sink, first.width, first.height);
    encoder.set_animated(u32::try_from(frames.len()).unwrap_or(u32::MAX), 0)?;
    encoder.set_frame_delay(1, frames_per_second)?;
    let mut writer = encoder.write_header()?;
    for frame in frames {
        same_size(first, frame)?;
        writer.write_image_data(&frame.pixels)?;
    }
    Ok(writer.finish()?)
}

fn encoder<'a, W: Write>(sink: W, width: u32, height: u32) -> Encoder<'a, W> {
    let mut encoder = Encoder::new(sink, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder
}

fn same_size(first: &Frame, frame: &Frame) -> Result<(), ImageError> {
    if (first.width, first.height) == (frame.width, frame.height) {
        return Ok(());
    }
    let expected = first.pixels.len();
    Err(ImageError::Size {
        width: first.width,
        height: first.height,
        expected,
        found: frame.pixels.len(),
    })
}

impl From<io::Error> for ImageError {
    fn from(e: io::Error) -> Self {
        Self::Encoding(e.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: u32, height: u32, value: u8) -> Frame {
        Frame::new(width, height, vec![value; (width * height * 4) as usize]).unwrap()
    }

    fn decode(png: &[u8]) -> (png::Reader<io::Cursor<&[u8]>>, Vec<u8>) {
        let mut reader = png::Decoder::new(io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        (reader, pixels)
    }

    #[test]
    fn a_png_decodes_to_the_pixels_it_was_made_of() {
        let pixels: Vec<u8> = (0..5 * 3 * 4u32).map(|i| (i * 37) as u8).collect();
        let mut png = Vec::new();
        Frame::new(5, 3, pixels.clone())
            .unwrap()
            .write_png(&mut png)
            .unwrap();
        assert_eq!(decode(&png).1, pixels);
    }

    #[test]
    fn an_animation_holds_every_frame_in_order() {
        let frames: Vec<_> = (0..4).map(|i| plain(8, 4, i * 60)).collect();
        let mut png = Vec::new();
        write_animation(&frames, 24, &mut png).unwrap();
        let (mut reader, first) = decode(&png);
        assert_eq!(reader.info().animation_control().unwrap().num_frames, 4);
        assert_eq!(first, frames[0].pixels);
        for frame in &frames[1..] {
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
            assert_eq!(pixels, frame.pixels);
        }
    }

    #[test]
    fn a_contact_sheet_has_each_frame_in_its_place() {
        let frames: Vec<_> = [10, 20, 30].map(|v| plain(8, 4, v)).into();
        let sheet = contact_sheet(&frames, 2, 2).unwrap();
        assert_eq!((sheet.width(), sheet.height()), (2 + 2 * 6, 2 + 2 * 4));
        assert_eq!(sheet.at(2, 2, 0), 10);
        assert_eq!(sheet.at(8, 2, 0), 20);
        assert_eq!(sheet.at(2, 6, 0), 30);
        assert_eq!((sheet.at(8, 6, 0), sheet.at(8, 6, 3)), (0, 255));
    }

    #[test]
    fn pixels_that_do_not_fill_the_frame_are_refused() {
        assert!(matches!(
            Frame::new(2, 2, vec![0; 15]),
            Err(ImageError::Size {
                expected: 16,
                found: 15,
                ..
            })
        ));
        assert!(matches!(contact_sheet(&[], 4, 1), Err(ImageError::NoFrames)));
        assert!(matches!(plain(2, 2, 0).shrink(3), Err(ImageError::Layout(1, 3))));
        assert!(matches!(
            contact_sheet(&[plain(2, 2, 0), plain(2, 3, 0)], 2, 1),
            Err(ImageError::Size { .. })
        ));
    }
}
