"""The cube to waterfall, scenarios, limbs and a suggested finding: arithmetic on counts, in milliseconds."""
