"""What a learner means, where an answer must not be left to matching or a model: dangers, care, the product itself.

`recognition` finds it by signs alone (no dictionary: production has none), `replies` holds the checked words.
"""
