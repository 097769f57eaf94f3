//! The same table as Parquet: text, an unsigned whole number, and numbers that may be missing.
//!
//! One row group, uncompressed and without dictionaries: a sweep has thousands of rows, not millions, and every reader
//! can read that. With the file's writer named by its format only, the bytes depend on nothing but the rows.

use crate::experiment::sweep::{Row, Sweep};
use ::parquet::basic::{LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError as Error;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::Type;
use std::sync::Arc;

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
#[error("the table cannot be written as Parquet: {0}")]
pub struct ParquetError(#[from] Error);

/// The rows as a Parquet file, with the columns of [`csv`](super::csv).
///
/// # Errors
/// If two columns have the same name.
pub fn parquet(sweep: &Sweep, rows: &[Row]) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder().set_dictionary_enabled(false).set_created_by("brownout".to_owned());
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema(sweep)?), Arc::new(properties.build()))?;
    let mut group = writer.next_row_group()?;
    for axis in 0..sweep.grid.axes.len() {
        let texts = rows.iter().map(|row| ByteArray::from(sweep.grid.values(row.point)[axis]));
        column::<ByteArrayType>(&mut group, &texts.collect::<Vec<_>>(), None)?;
    }
    // Parquet keeps an unsigned number in the bits of a signed one.
    let seeds: Vec<i64> = rows.iter().map(|row| row.seed.cast_signed()).collect();
    column::<Int64Type>(&mut group, &seeds, None)?;
    for measure in 0..sweep.measures.len() {
        let present: Vec<i16> = rows.iter().map(|row| i16::from(row.values[measure].is_some())).collect();
        let values: Vec<f64> = rows.iter().filter_map(|row| row.values[measure]).collect();
        column::<DoubleType>(&mut group, &values, Some(&present))?;
    }
    group.close()?;
    Ok(writer.into_inner()?)
}

fn schema(sweep: &Sweep) -> Result<Type, Error> {
    let text = Some(LogicalType::String);
    let seed = Some(LogicalType::integer(64, false));
    let mut fields = Vec::new();
    for axis in &sweep.grid.axes {
        fields.push(field(&axis.path, Physical::BYTE_ARRAY, text.clone(), Repetition::REQUIRED)?);
    }
    fields.push(field("seed", Physical::INT64, seed, Repetition::REQUIRED)?);
    for measure in &sweep.measures {
        fields.push(field(&measure.name(), Physical::DOUBLE, None, Repetition::OPTIONAL)?);
    }
    Type::group_type_builder("sweep").with_fields(fields).build()
}

fn field(
    name: &str,
    physical: Physical,
    logical: Option<LogicalType>,
    repetition: Repetition,
) -> Result<Arc<Type>, Error> {
    let builder = Type::primitive_type_builder(name, physical).with_logical_type(logical).with_repetition(repetition);
    Ok(Arc::new(builder.build()?))
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    present: Option<&[i16]>,
) -> Result<(), Error> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<T>().write_batch(values, present, None)?;
    column.close()
}
