"""The joined table: yearbook files, point records and shipped indicators brought onto regions."""
