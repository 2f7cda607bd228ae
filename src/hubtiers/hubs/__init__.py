"""What layout: hubs with their cores and extents, and the corridors between them."""
