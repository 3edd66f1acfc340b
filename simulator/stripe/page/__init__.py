"""The pages of Stripe's that a customer sees: Checkout, the portal, and an invoice's. Plain HTML forms, in Japanese."""
