"""The learners' threads as the coaches see them: which need a person, what was said, how far each was dealt with."""
