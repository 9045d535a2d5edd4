"""Opening any file that may hold exports: what it is, how it is written, and where its rows begin.

`consent_risk.intake.exports` is the way in. The modules here know one idea each; none of them knows a recipe.
"""
