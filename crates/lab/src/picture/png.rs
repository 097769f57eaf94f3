//! The picture as PNG. The font comes along, so that it looks the same on a machine without fonts.

use super::{Size, svg};
use crate::report::RunReport;
use resvg::{tiny_skia, usvg};
use std::sync::Arc;

/// Why there is no PNG.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The drawing is not valid SVG.
    #[error("the drawing cannot be read back")]
    Drawing(#[from] usvg::Error),
    /// The picture is larger than memory allows.
    #[error("{} x {} pixels are too many for a PNG", .0.width, .0.height)]
    TooLarge(Size),
    /// The encoder failed.
    #[error("the PNG cannot be encoded: {0}")]
    Encoding(String),
}

/// [`svg`]'s picture as PNG, a pixel for a pixel.
///
/// # Errors
/// If it is too large, or the encoder fails.
pub fn png(report: &RunReport, size: Size) -> Result<Vec<u8>, PngError> {
    rasterized(&svg(report, size))
}

/// Any of this module's pictures as PNG, a pixel for a pixel.
///
/// # Errors
/// If it is no SVG document or too large, or the encoder fails.
pub fn rasterized(drawing: &str) -> Result<Vec<u8>, PngError> {
    let tree = usvg::Tree::from_str(drawing, &options())?;
    let pixels = tree.size().to_int_size();
    let size = Size { width: pixels.width(), height: pixels.height() };
    let mut canvas = tiny_skia::Pixmap::new(pixels.width(), pixels.height()).ok_or(PngError::TooLarge(size))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut canvas.as_mut());
    canvas.encode_png().map_err(|why| PngError::Encoding(why.to_string()))
}

fn options() -> usvg::Options<'static> {
    let mut fonts = usvg::fontdb::Database::new();
    for font in [dejavu::sans::regular(), dejavu::sans::bold()] {
        fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(font)));
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    usvg::Options { fontdb: Arc::new(fonts), font_family: "DejaVu Sans".to_owned(), ..usvg::Options::default() }
}
