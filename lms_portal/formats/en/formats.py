"""British shapes for English pages; Django's own `en` gives March 6, 2027, 9:05 a.m. Dates with dots are understood too."""

DATE_FORMAT = "j F Y"  # 3 March 2027
TIME_FORMAT = "H:i"  # 09:30
DATETIME_FORMAT = r"j F Y \a\t H:i"  # 3 March 2027 at 09:30
YEAR_MONTH_FORMAT = "F Y"  # March 2027
MONTH_DAY_FORMAT = "j F"  # 3 March
SHORT_DATE_FORMAT = "j M Y"  # 3 Mar 2027, which no country misreads; for tables
SHORT_DATETIME_FORMAT = "j M Y, H:i"  # 3 Mar 2027, 09:30
FIRST_DAY_OF_WEEK = 1

# The first of each is how a form shows what is stored; the others are what people also write.
DATE_INPUT_FORMATS = ["%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d %m %Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%H.%M", "%H:%M:%S"]
DATETIME_INPUT_FORMATS = ["%d.%m.%Y %H:%M", "%d.%m.%Y %H.%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
