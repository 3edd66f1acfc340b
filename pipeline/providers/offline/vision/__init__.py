"""What the offline analyst sees and hears in a video, and what it concludes from that.

samples (→ clarity) → features → course → signals → verdict, and descriptions for the learner.
"""
