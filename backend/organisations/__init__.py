"""Who sells, where, and what: organisations, their shops, the local products of each, the keys of registers.

Vocabulary: an *organisation* is a *firm*, a *group* (farmers, fishers, a shopping street) or a *public
body*; it may have a 法人番号. A *shop* is one place where an organisation sells: it applies, is let in or
turned away by the city, may be suspended, and closes. A *product* is what one shop sells, under a GTIN
or under a code of the shop's own, with the municipality it comes from. A *register* is a till or its
software; it signs in with an *API key* that belongs to one shop. A *ring* says how near a municipality
is: the city first, `outside` last; shops and products get theirs from their municipality, never from
what somebody typed.

The promise: every figure and rule of the other features can ask a shop for its ring, size and owner,
and a product for its origin, and trust the answer.
"""
