"""Verbs: of offers, their photos, coupons, and what citizens save."""
