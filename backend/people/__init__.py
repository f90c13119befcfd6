"""Who acts: citizens and how they sign in, staff and their roles, consent, permissions.

A citizen needs a nickname only. What else they tell is *declared* until a counter clerk of the city has seen
proof and marks it *verified*; no document is kept. Consent is given by purpose, with the version of the text
and the moment. At a till a citizen shows a code of their own, for a minute, once. Who is on a member list, its
keeper is not told. Staff are clerks of shops and people of the city office; what each may do is one table in
`permissions`.
"""
