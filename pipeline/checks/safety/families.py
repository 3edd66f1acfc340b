"""All families of hazards."""

from pipeline.checks.safety import accidents, food, people

RULES = (*food.RULES, *people.RULES, *accidents.RULES)
