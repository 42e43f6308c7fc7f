"""What the kit knows by itself: jokes, and choices of drop-downs. Pure values, so that a page works with no model."""

from __future__ import annotations

import re

Joke = tuple[str, str]
"""Setup and punchline."""

JOKES: tuple[Joke, ...] = (
    ("Why did the scarecrow win a prize?", "Because he was outstanding in his field."),
    ("Why did the chicken cross the road?", "To get to the other side!"),
    ("I told my wife she was drawing her eyebrows too high.", "She looked surprised."),
    ("What do you call a fish with no eyes?", "A fsh."),
    ("Why don't skeletons fight each other?", "They don't have the guts."),
    ("What do you call a fake noodle?", "An impasta."),
    ("Why did the bicycle fall over?", "It was two tired."),
    ("What did the ocean say to the beach?", "Nothing, it just waved."),
    ("How do you organise a space party?", "You planet."),
    ("Why was the maths book sad?", "It had too many problems."),
    ("What has ears but cannot hear?", "A cornfield."),
    ("Why don't scientists trust atoms?", "Because they make up everything."),
    ("What do you call a bear with no teeth?", "A gummy bear."),
    ("Why did the tomato turn red?", "Because it saw the salad dressing."),
    ("What do you call cheese that isn't yours?", "Nacho cheese."),
    ("Why can't a nose be twelve inches long?", "Because then it would be a foot."),
    ("Why did the golfer bring two pairs of trousers?", "In case he got a hole in one."),
    ("What do you call a sleeping bull?", "A bulldozer."),
    ("Why did the computer go to the doctor?", "It had caught a virus."),
    ("Why do programmers prefer dark mode?", "Because light attracts bugs."),
    ("Why did the coffee file a police report?", "It got mugged."),
    ("What is orange and sounds like a parrot?", "A carrot."),
    ("How does a penguin build its house?", "Igloos it together."),
    ("What did one wall say to the other?", "I'll meet you at the corner."),
    ("What do you get when you cross a snowman and a vampire?", "Frostbite."),
    ("Why are ghosts bad liars?", "You can see right through them."),
    ("What did zero say to eight?", "Nice belt!"),
    ("Why did the cookie go to the doctor?", "It felt crummy."),
    ("I am reading a book about anti-gravity.", "It is impossible to put down."),
    ("I used to be a baker.", "But I could not make enough dough."),
    ("I would tell you a construction joke.", "But I am still working on it."),
    ("Parallel lines have so much in common.", "It is a shame they will never meet."),
    ("What did the janitor say when he jumped out of the closet?", "Supplies!"),
    ("Why did the banana go to the doctor?", "It was not peeling well."),
    ("What do you call an alligator in a vest?", "An investigator."),
    ("Knock, knock. Who's there?", "Lettuce. Lettuce who? Lettuce in, it is cold out here!"),
)

_OWN_ENDINGS = (
    (re.compile(r"^why\b", re.IGNORECASE), "Because nobody told them not to!"),
    (re.compile(r"^(what|who|how|where|when)\b", re.IGNORECASE), "Nobody knows, but everybody laughed."),
)
_COMMON_WORDS = frozenset(re.findall(r"\w+", """
a an and are at because but by call can did do does for get he how i in is it its of on one or say says she so that the
their they this to two was were what when which who why with you your
"""))  # fmt: skip

OPTIONS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"countr|pa[ií]s\b|\bland\b"),
     ("Spain", "France", "Germany", "United Kingdom", "United States", "India")),
    (re.compile(r"\bmonths?\b|\bmes\b|monat"),
     ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
      "December")),
    (re.compile(r"\byears?\b|\baño|jahr|^y{2,4}[a-z0-9]?\b"), ("2026", "2027", "2028", "2029", "2030", "2031")),
    (re.compile(r"\bdays?\b"),
     ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
    (re.compile(r"\bsize\b|talla"), ("Small", "Medium", "Large", "Extra large")),
    (re.compile(r"quant|amount|number|guests|people|persons|\bqty\b|adults|children"), ("1", "2", "3", "4", "5")),
    (re.compile(r"c ?sharp|c#|java\b|python|php\b|visual basic|programming"),
     ("C Sharp", "Java", "PHP", "Python", "Visual Basic")),
    (re.compile(r"lang|idioma|sprache"), ("English", "Español", "Français", "Deutsch")),
    (re.compile(r"colou?r"), ("Red", "Green", "Blue", "Black", "White")),
    (re.compile(r"gender|\bsex\b"), ("Female", "Male", "Other", "Prefer not to say")),
    (re.compile(r"salut|^title$"), ("Ms", "Mr", "Dr")),
    (re.compile(r"sort|order by"), ("Newest first", "Price, low to high", "Price, high to low", "Name")),
    (re.compile(r"card type|payment|pay with"), ("Visa", "Mastercard", "American Express", "PayPal")),
    (re.compile(r"currenc|moneda"), ("EUR", "USD", "GBP", "JPY")),
    (re.compile(r"\btime\b|\bhour"), ("09:00", "10:00", "11:00", "14:00", "15:00", "16:00")),
    (re.compile(r"categor"), ("All", "New", "Popular", "On sale")),
    (re.compile(r"priorit"), ("Low", "Medium", "High")),
    (re.compile(r"rating|stars"), ("5 stars", "4 stars", "3 stars", "2 stars", "1 star")),
    (re.compile(r"\byes\b|\bno\b"), ("Yes", "No")),
)  # fmt: skip

_DAY_NUMBERS = tuple(str(day) for day in range(1, 32))
_MONTH_NUMBERS = tuple(f"{month:02}" for month in range(1, 13))


def known_joke(setup: str) -> Joke | None:
    """The joke whose setup shares the telling words with what was drawn, also when a letter was misread."""
    words = _telling_words(setup)
    best, score = None, 0.0
    for joke in JOKES:
        theirs = _telling_words(joke[0])
        common = len(words & theirs)
        share = common / max(1, min(len(words), len(theirs)))
        if common >= 2 and share >= 0.5 and common + share > score:
            best, score = joke, common + share
    return best


def own_ending(setup: str) -> str:
    """A punchline of a kind for a joke that nobody knows."""
    return next((ending for pattern, ending in _OWN_ENDINGS if pattern.search(setup.strip())), "And everybody laughed!")


def known_options(label: str, shown: str) -> tuple[str, ...] | None:
    """Choices for a drop-down by its label or by what it shows; None where neither says anything."""
    for words in (shown.lower(), label.lower()):
        if re.search(r"^d{2}[a-z0-9]?\b", words):
            return _DAY_NUMBERS
        if re.search(r"^m{2}[a-z0-9]?\b", words):
            return _MONTH_NUMBERS
        for pattern, options in OPTIONS:
            if words and pattern.search(words):
                return options
    return None


def _telling_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']{2,}", text.lower())) - _COMMON_WORDS
