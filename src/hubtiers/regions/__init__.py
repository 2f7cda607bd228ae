"""Where: boundaries in packs, names of regions, memberships, and a user's own layers."""
