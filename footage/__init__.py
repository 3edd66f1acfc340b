"""Sample footage: a pan from above, drawn with events at known seconds.

It lets everyone try and test Moment where no learner's video may be kept. What happens in a clip is written
beside it, so that an analysis can be measured against that truth.
"""
