"""Sample footage: a pan seen from above, drawn with events planted at known seconds.

It lets everyone try and test Moment where no learner's video may be kept. What is drawn is told beside
the clip, so that an analysis can be measured against it.
"""
