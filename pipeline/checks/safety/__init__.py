"""Whether words call safe what may harm: by families of hazards, each with what makes a sentence a claim and what
makes it right advice. (`pipeline.checks.hazards` is another thing: good advice beside which a word of care must stand.)
"""
