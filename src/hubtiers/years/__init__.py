"""What has changed: panels of tiers, passages between tiers, where the centre of weight moves."""
