"""Plumbing of all HTTP faces: one transaction a request, who is calling, what they may do, errors, pages, docs."""
