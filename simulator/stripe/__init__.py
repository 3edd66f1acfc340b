"""Stripe on the desk: its API, Checkout, customer portal and webhooks over HTTP, with no account and no network.

Objects have the shapes of API line 2026-10-28.endive. Where a fact is from is said beside it: a page of
docs.stripe.com, or "SDK" for the types and docstrings of stripe-python 16.1.0.
"""
