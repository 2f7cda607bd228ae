"""How it looks: the map, and everything else a person looks at."""
