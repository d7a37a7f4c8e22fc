"""What may be written, and how it becomes typed values: shapes, conversion, editor schemas."""
