"""`moment doctor`: whether each configured part and credential works, and how to mend what does not.

It changes nothing lasting and prints no secret; each part has its own time and its own failure.
"""
