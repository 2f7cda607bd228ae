"""Where: bundled boundaries, names of regions, consortia and their members, and a user's own layers."""
