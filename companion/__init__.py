"""A call while the learner cooks: Moment watches, listens and says little."""
