"""A shop's offer is published, taken, redeemed with a purchase.

Vocabulary: an *offer* is a local product at a price, a discount, or extra points (of a campaign that names the
offer; the offer holds none), shown while its display window lasts and good while its use window does; a *coupon*
is one use of it that a citizen has taken or a campaign has given; to *redeem* is to use a coupon up with a
purchase; a *coupon token* is what a citizen shows for it at the till: short-lived and bound to their account.
"""
