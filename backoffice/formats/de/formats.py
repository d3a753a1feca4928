"""Dates and times as everybody reads them the same way: 21. Nov. 2026, 14:03."""

DATE_FORMAT = "j. N Y"
SHORT_DATE_FORMAT = "j. N Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j. N Y, H:i"
SHORT_DATETIME_FORMAT = "j. N Y, H:i"
MONTH_DAY_FORMAT = "j. F"
