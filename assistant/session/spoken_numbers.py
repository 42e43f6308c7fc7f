"""Rules that write out dates, times, money, measures and plain numbers, in the order in which they must run.

Pure, and for English as spoken in the United States.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assistant.session.numerals import cardinal, decade, digits, is_one, number, ordinal, year

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_MONTHS = "January February March April May June July August September October November December"
_MONTH = rf"({_MONTHS.replace(' ', '|')}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_YEAR = r"(1\d{3}|20\d\d)"
_NOT_COUNTED = r"\b(?![,.]\d|\s[a-z]+s\b)"  # "1984" is a year, "1984 books" are not
_MAGNITUDES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion", "t": "trillion"}
_MONEY = {
    "$": ("dollar", "cent"), "US$": ("dollar", "cent"), "USD": ("dollar", "cent"), "€": ("euro", "cent"),
    "EUR": ("euro", "cent"), "£": ("pound", "penny"), "GBP": ("pound", "penny"), "¥": ("yen", ""), "JPY": ("yen", ""),
    "₹": ("rupee", "paisa"), "CHF": ("franc", "centime"), "₩": ("won", ""),
}  # fmt: skip
_UNITS = {
    "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "µm": "micrometer", "nm": "nanometer",
    "kg": "kilogram", "g": "gram", "mg": "milligram", "lb": "pound", "lbs": "pound", "oz": "ounce", "ft": "foot",
    "mi": "mile", "yd": "yard", "l": "liter", "L": "liter", "ml": "milliliter", "mL": "milliliter", "cl": "centiliter",
    "km/h": "kilometer per hour", "kph": "kilometer per hour", "mph": "mile per hour", "m/s": "meter per second",
    "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "B": "byte", "KB": "kilobyte",
    "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "KiB": "kibibyte", "MiB": "mebibyte",
    "GiB": "gibibyte", "Mbps": "megabit per second", "Gbps": "gigabit per second", "Mbit/s": "megabit per second",
    "MB/s": "megabyte per second", "h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute",
    "s": "second", "sec": "second", "secs": "second", "ms": "millisecond", "µs": "microsecond", "W": "watt",
    "kW": "kilowatt", "MW": "megawatt", "kWh": "kilowatt hour", "V": "volt", "mAh": "milliamp hour", "dB": "decibel",
    "px": "pixel", "fps": "frame per second", "rpm": "revolution per minute", "kcal": "kilocalorie",
    "cal": "calorie", "tsp": "teaspoon", "tbsp": "tablespoon", "m²": "square meter", "km²": "square kilometer",
    "sq ft": "square foot", "°C": "degree Celsius", "°F": "degree Fahrenheit", "° C": "degree Celsius",
    "° F": "degree Fahrenheit", "°": "degree",
}  # fmt: skip
_PLURALS = {
    "foot": "feet", "penny": "pence", "yen": "yen", "won": "won", "paisa": "paise", "hertz": "hertz",
    "kilohertz": "kilohertz", "megahertz": "megahertz", "gigahertz": "gigahertz",
}  # fmt: skip


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _plural(noun: str) -> str:
    if noun.startswith("degree "):
        return noun.replace("degree", "degrees")
    head, per, rest = noun.partition(" per ")
    first, space, last = head.rpartition(" ")
    return first + space + _PLURALS.get(last, f"{last}s") + per + rest


def _amount(count: str, noun: str) -> str:
    return f"{number(count)} {noun if is_one(count) else _plural(noun)}"


def _measure(match: re.Match[str]) -> str:
    return _amount(match[1], _UNITS[match[2]])


def _money(match: re.Match[str]) -> str:
    groups = match.groupdict()
    noun, small = _MONEY[groups["currency"]]
    count, magnitude = groups["amount"], (groups["magnitude"] or "").strip().lower()
    if magnitude:
        return f"{number(count)} {_MAGNITUDES.get(magnitude, magnitude)} {_plural(noun)}"
    whole, _, fraction = count.partition(".")
    if len(fraction) != 2 or not small:
        return _amount(count, noun)
    cents = _amount(str(int(fraction)), small) if int(fraction) else ""
    if cents and not whole.strip("0"):
        return cents
    return _amount(whole, noun) + (f" and {cents}" if cents else "")


def _time(match: re.Match[str]) -> str:
    hour, minute, second = int(match["hour"]), int(match["minute"]), match["second"]
    half = (match["half"] or "").replace(".", "").upper()
    if hour > 24 or minute > 59:
        return f"{cardinal(hour)} {cardinal(minute)}"
    words = cardinal(hour)
    if minute:
        words += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not half and not second:
        words += " o'clock" if hour <= 12 else " hundred"
    if second:
        words += f" and {_amount(str(int(second)), 'second')}"
    return f"{words} {half}{_end_of_sentence(match)}".strip()


def _hour(match: re.Match[str]) -> str:
    half = match["half"].replace(".", "").upper()
    return f"{cardinal(int(match['hour']))} {half}{_end_of_sentence(match)}"


def _end_of_sentence(match: re.Match[str]) -> str:
    """The stop of "p.m." at the end of a clause also ends the sentence."""
    return "." if match[0].endswith(".") and not match.string[match.end() :].strip() else ""


def _date(years: str, month: str, day: str) -> str:
    """ "" where there is no such date."""
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return ""
    said = f"{_MONTHS.split()[int(month) - 1]} {ordinal(int(day))}"
    return f"{said}, {year(int(years))}" if years else said


def _iso_date(match: re.Match[str]) -> str:
    return _date(match[1], match[2], match[3]) or digits(match[0])


def _slashed_date(match: re.Match[str]) -> str:
    first, second, years = match[1], match[2], match[3]
    if len(years) == 2:
        years = ("19" if int(years) > 50 else "20") + years
    return _date(years, first, second) or _date(years, second, first) or digits(match[0])


def _month_number(name: str) -> str:
    return str(1 + next(at for at, month in enumerate(_MONTHS.split()) if month.startswith(name[:3])))


def _month_day(match: re.Match[str]) -> str:
    return _date(match[3] or "", _month_number(match[1]), match[2]) or match[0]


def _day_month(match: re.Match[str]) -> str:
    if not 1 <= int(match[1]) <= 31:
        return match[0]
    said = f"the {ordinal(int(match[1]))} of {_MONTHS.split()[int(_month_number(match[2])) - 1]}"
    return f"{said}, {year(int(match[3]))}" if match[3] else said


def _fraction(match: re.Match[str]) -> str:
    upper, lower = int(match[1]), int(match[2])
    if not 1 <= upper < lower <= 10:
        return f"{cardinal(upper)} over {cardinal(lower)}"
    part = {2: "half", 4: "quarter"}.get(lower, ordinal(lower))
    return f"{cardinal(upper)} {part if upper == 1 else f'{part}s'}"


def _phone(match: re.Match[str]) -> str:
    plus = "plus " if match[0].startswith("+") else ""
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", match[0]))


def _version(match: re.Match[str]) -> str:
    return f"{match[1]} " + " point ".join(cardinal(int(part)) for part in match[2].split("."))


def _dotted(match: re.Match[str]) -> str:
    return " dot ".join(cardinal(int(part)) for part in match[0].split("."))


def _number(match: re.Match[str]) -> str:
    return f" {number(match[0])} "


def _compile(*rules: tuple[str, Callable[[re.Match[str]], str]]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern), replace) for pattern, replace in rules)


_CURRENCY = rf"(?P<currency>{any_of(_MONEY)})"
_WORD_MAGNITUDE = r"\s?(?:hundred|thousand|million|billion|trillion)"

NUMBER_RULES: tuple[Rule, ...] = _compile(
    (r"\b(\d{3}0)'?s\b|'(\d0)s\b", lambda match: decade(int(match[1] or match[2]))),
    (r"\b(\d{4})-(\d{2})-(\d{2})\b", _iso_date),
    (r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b", _slashed_date),
    (rf"\b(?:the )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}\b\.?(?:,? {_YEAR}\b)?", _day_month),
    (rf"\b{_MONTH}\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?![:%.,]?\d)(?:,? {_YEAR}\b)?", _month_day),
    (r"(?<![\w.])(?:\+\d{1,3}[\s-])?(?:\(\d{3}\)\s?|\d{3}[\s.-])\d{3}[\s.-]\d{4}\b", _phone),
    (r"(?<![\w.-])\d{3}-\d{4}\b|\+\d{8,15}\b|\+\d{1,3}(?:[\s-]\d{2,8}){2,5}\b", _phone),
    (r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\s?(?P<half>[AaPp]\.?[Mm])\b\.?)?", _time),
    (r"\b(\d{1,2}):(\d)\b", lambda match: f"{cardinal(int(match[1]))} to {cardinal(int(match[2]))}"),
    (r"(?<=[Cc]all |[Dd]ial )\d{3}\b", lambda match: digits(match[0])),
    (r"\b(?P<hour>\d{1,2})\s?(?P<half>[AaPp]\.?[Mm])\b\.?", _hour),
    (rf"{_CURRENCY}\s?(?P<amount>{_NUMBER})(?:(?P<magnitude>{_WORD_MAGNITUDE}|bn|[kKmMbBtT])\b)?", _money),
    (rf"\b(?P<amount>{_NUMBER})(?P<magnitude>{_WORD_MAGNITUDE})?\s?{_CURRENCY}(?!\w)", _money),
    (r"\b([vV]ersion|Python|Java|Node|iOS|Android) v?(\d+(?:\.\d+)+)\b", _version),
    (r"\b()v(?=\d)(\d+(?:\.\d+)*)\b", lambda match: f"version{_version(match)}"),
    (r"\b\d+(?:\.\d+){2,}\b", _dotted),
    (rf"(?<![\w.-])({_NUMBER})(?:-|\s?–\s?)(?={_NUMBER})(?!{_NUMBER}[\s-]+\d)", lambda match: f"{match[1]} to "),
    (rf"(?<![\w.])(-?{_NUMBER})\s?%", lambda match: f"{number(match[1])} percent"),
    (rf"(?<![\w.])(-?{_NUMBER})\s?({any_of(_UNITS)})(?![\w²])", _measure),
    (r"(?<![\w./])(\d{1,3})/(\d{1,3})(?![\w/])", _fraction),
    (r"\b(\d+)(?:st|nd|rd|th)\b", lambda match: ordinal(int(match[1]))),
    (rf"\b((?:[IiOo]n|[Ss]ince|[Bb]y|[Ff]rom|[Uu]ntil|[Yy]ear|{_MONTHS.replace(' ', '|')}),? ){_YEAR}{_NOT_COUNTED}",
     lambda match: match[1] + year(int(match[2]))),
    (rf"(?<![\w.,#-])((?:19|20)\d\d){_NOT_COUNTED}", lambda match: year(int(match[1]))),
    (r"#(?=\d)|\bNo\.\s?(?=\d)", lambda _: "number "),
    (r"(?<=\d)\s/\s(?=\d)", lambda _: " divided by "),
    (r"(?<=\w)\^2\b", lambda _: " squared"),
    (r"(?<=\w)\^(?=\w)", lambda _: " to the power of "),
    (r"(?<!\w)~(?=\s?\d)", lambda _: "about "),
    (r"(?<=\d)\s?\*\s?(?=\d)", lambda _: " times "),
    (r"(?<=\d)\s?[x×]\s?(?=\d)", lambda _: " by "),
    (r"\b(\d+)x\b", lambda match: f"{cardinal(int(match[1]))} times"),
    (r"(?<=[\w)])\s-\s(?=\d)", lambda _: " minus "),
    (r"(?<![\w.-])-(?=\d)", lambda _: "minus "),
    (_NUMBER, _number),
)  # fmt: skip
