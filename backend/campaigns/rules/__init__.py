"""From a purchase's facts to verdicts: pure, no session and no clock. Times are the city's.

`rule` holds what the city wrote, `facts` what is known of a purchase, `deciding` brings both together. The order in
which campaigns are given does not matter, and a campaign that does not match changes nothing.
"""
