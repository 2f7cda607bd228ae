"""What has changed: panels of tiers, transitions between tiers, where the centre of weight moves."""
