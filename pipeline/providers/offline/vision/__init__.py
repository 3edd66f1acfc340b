"""What the offline analyst sees and hears in a video, and what it concludes from that.

samples → clarity (is there a cook at all?) → features, with their scope → course → signals → verdict, and descriptions
for the learner.
"""
