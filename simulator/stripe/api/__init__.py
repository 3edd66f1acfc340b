"""Stripe's API, a resource a module."""
