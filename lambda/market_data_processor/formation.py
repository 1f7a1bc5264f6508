"""Which trades form a bar.

**Sessions.** The regular session is 09:30 to 16:00 in New York, its end excluded, on every day: on days of
early close too, as the measured rule knows no calendar of exchanges. A trade's date is the date in New
York.

**The rule** was measured against a vendor's bars on ten symbol-days: 99.8 % of the minutes agree exactly in
price, 99.9 % in volume. A closing print reported after the session's end counts as the session's very last
trade.
"""

from enum import IntFlag


class Condition(IntFlag):
    """The sale conditions that decide which trades form a bar, as in the column ``conditions``."""

    REGULAR = 0x1
    CASH = 0x2
    NEXT_DAY = 0x4
    INTERMARKET_SWEEP = 0x20
    CLOSING_PRINT = 0x80
    CROSS = 0x200000
    OFFICIAL_CLOSE = 0x1000000
    OFFICIAL_OPEN = 0x4000000
    TRADE_THROUGH_EXEMPT = 0x20000000


NO_REGULAR_PRICE = Condition.INTERMARKET_SWEEP | Condition.CROSS | Condition.OFFICIAL_OPEN
"""In the regular session, a trade with any of these forms no price."""
EXEMPT_YET_PRICE = Condition.REGULAR | Condition.CASH | Condition.NEXT_DAY
"""In the regular session, a trade-through exempt trade forms the price only with one of these beside it."""
NO_EXTENDED_PRICE = Condition.OFFICIAL_CLOSE
"""Outside the regular session, a trade with this forms no price."""
NO_VOLUME = Condition.OFFICIAL_OPEN | Condition.OFFICIAL_CLOSE | Condition.CROSS
"""A trade with any of these repeats other trades, and counts in no volume."""

SESSION_ZONE = "America/New_York"
SESSION_START = "09:30"
SESSION_END = "16:00"
