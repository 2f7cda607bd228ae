"""Which tier: rules that sort scores into tiers, and how far two classifications agree."""
