"""How rows come in: files read, shuffled, profiled and entered in the catalogue, whole or not at all."""
