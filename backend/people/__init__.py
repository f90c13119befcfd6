"""Who acts: citizens and how they sign in, staff and their roles, consent, permissions.

A citizen needs a nickname only. What else they tell is *declared* until a counter clerk of the city has seen
proof and marks it *verified*; no document is kept. Consent is given by purpose, with the version of the text
and the moment. Staff are clerks of shops and people of the city office; what each may do is one table in
`permissions`.
"""
