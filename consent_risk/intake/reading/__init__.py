"""Reading an export by a recipe, one idea a module: places, words, times, statements, subjects, merges, tallies.

`consent_risk.intake.recipe_reading` puts them together.
"""
