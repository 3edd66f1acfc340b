"""All families of hazards."""

from pipeline.checks.safety import accidents, food, meat, people

RULES = (*meat.RULES, *food.RULES, *people.RULES, *accidents.RULES)
