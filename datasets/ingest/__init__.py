"""Import of files: rows are read, shuffled, profiled and added to the catalogue, all of them or none."""
