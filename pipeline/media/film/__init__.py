"""The film of a learner's first and third attempt beside each other: which seconds, what is where, one ffmpeg pass."""
