"""Point records: which region each lies in, and how many there are by kind."""
