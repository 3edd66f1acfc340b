"""All families of hazards."""

from pipeline.checks.safety import accidents, dangers, food, meat, people

RULES = (*dangers.RULES, *meat.RULES, *food.RULES, *people.RULES, *accidents.RULES)
