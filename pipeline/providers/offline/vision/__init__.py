"""What the offline analyst sees and hears in a video, and what it concludes from that.

samples → features → course → signals → verdict, and descriptions for the learner.
"""
