"""Stripe's objects as API line 2026-10-28.endive shapes them (SDK: stripe/_subscription.py and its neighbours)."""
