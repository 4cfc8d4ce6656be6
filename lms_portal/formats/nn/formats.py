"""Dates, times and numbers as Norwegian public bodies write them. Source: Språkrådet, “Tall, tid, dato”."""

DATE_FORMAT = "j. F Y"  # 3. mars 2027
TIME_FORMAT = "G.i"  # 9.30, as common/dates.py writes it
DATETIME_FORMAT = r"j. F Y \k\l. G.i"  # 3. mars 2027 kl. 9.30
YEAR_MONTH_FORMAT = "F Y"  # mars 2027
MONTH_DAY_FORMAT = "j. F"  # 3. mars
SHORT_DATE_FORMAT = "d.m.Y"  # 03.03.2027, for tables
SHORT_DATETIME_FORMAT = r"d.m.Y \k\l. H.i"  # 03.03.2027 kl. 09.30
FIRST_DAY_OF_WEEK = 1

# The first of each is how a form shows what is stored; the others are what people also write.
DATE_INPUT_FORMATS = ["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %m %Y"]
TIME_INPUT_FORMATS = ["%H.%M", "%H:%M", "%H:%M:%S"]
DATETIME_INPUT_FORMATS = ["%d.%m.%Y %H.%M", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\xa0"  # a hard space: 10 000
NUMBER_GROUPING = 3
