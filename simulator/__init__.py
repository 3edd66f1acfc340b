"""Stand-ins for the vendors: LINE, Google and Stripe over HTTP, with no account and no network."""
