"""What the learner's profile changes in the coach's words: what is left out, what is said instead, what is added."""
