"""LINE on the desk: the platform's HTTP, signed webhooks and a learner's phone, with no account and no network."""
