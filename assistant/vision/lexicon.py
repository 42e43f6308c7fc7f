"""Words of user interfaces: mends what the reader misread, and tells buttons, hints and links by their words.

Pure. A word is changed only to one of this list, and only when it is nearly that word already.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_ENGLISH = """
about accept access account accounts action actions active add additional address age agree all amount and answer any
apply article articles author average back balance bank basic birth birthday blog book booking browse button buy
calculate call cancel card cardholder cart categories category change chat check checkbox checkboxes checkout chicken
children choice choices city clear click close code color comment comments company complete condition conditions
confirm confirmation contact contacts content continue copy cost count counter country coupon create credit currency
current customer customers cvc cvv dashboard data date day days default delete delivery department description detail
details dinner discount dog done down download drag drop dropdown edit email empty end english enter error event
events example expiry express facebook family favorite feedback female field file files filter find first follow
footer for forgot form free french friday from full funny gallery game games gender general german get go google group
groups guest hello help hide high hindi hint history home hotel hour hours how image images in index info information
instagram invoice is item items java job joke jokes july june label language languages large last latest learn left
like link links list load location log login logo logout low mail main male manager map march mate mates max may
medium member members menu message messages middle min mobile monday month months more movie music my name new news
newsletter next no none not note notes notification notifications now number of off offer offers office ok on online
open option options or order orders other our overview own page pages paragraph parent password pay payment people
period phone photo photos php picture pictures play please policy popular position post postcode posts premium preview
previous price pricing print privacy private product products profile profiles project projects public published
punchline purchase quantity question questions quick quote radio rate rating read really recent recipe register
relevant remember remove repeat reply report request reset results retry return reveal review reviews right road role
russian sale save schedule school score search section select send september service services session settings share
ship shipping shop show sidebar sign signin signup size skip small social sold sort spanish start state statistics
status step stock stop store street student students subject submit subscribe success sunday support surname survey
table tag tags task tasks team terms test text thank thanks the this thumbnail thursday ticket tickets time tip title
to today todo total tuesday twitter type under update upload url use user username users value version video view visa
visit visual weather web website wednesday week weeks welcome what when where why with word work world write year
years yes you your zip
"""
_SPANISH = """
aceptar acepto acerca agregar apellido apellidos ayuda añadir borrar buscar cancelar cantidad carrito categoría cerrar
ciudad clave comprar condiciones confirmar contacto continuar contraseña correo crear cuenta código dirección edad
editar electrónico eliminar encuesta entrar enviar fecha guardar hombre imagen iniciar inicio leer mensaje mujer
nacimiento nombre noticias nueva nuevo número olvidaste olvidó opciones opción país política precio privacidad
productos página quiero recibir recordar recordarme registrar registrarse registro salir satisfacción sesión siguiente
su teléfono términos título usuario volver
"""
_BUTTONS = """
accept add apply back book buy calculate cancel checkout clear close confirm continue create delete done download edit
enter find finish go join login logout next no ok order pay play post previous print publish register remove reply
reset reveal save search send share shop sign signin signup skip start stop submit subscribe try update upload view yes
aceptar agregar borrar buscar cancelar comprar confirmar continuar enviar entrar guardar iniciar registrar registrarse
siguiente volver
"""
_HINTS = re.compile(
    r"^(enter|type|your|write|e\.?g\.?|search|new task|add a|what|username|user name|e-?mail|name|password|first name|"
    r"last name|phone|message|address|city|comment|mm/|dd/|yyyy|\*{3,}|x{3,})\b|\.{3}$|…$|@",
    re.IGNORECASE,
)
_LINKS = re.compile(
    r"^(forgot|read more|learn more|see (all|more)|view (all|more|details)|show more|more info|terms (of|and)|"
    r"privacy policy|already have|don'?t have|need help|sign up (here|now)|create (an )?account|click here|"
    r"leer (más|pol)|olvid|¿olvid|ver (más|todo)|https?:|www\.)",
    re.IGNORECASE,
)
_NAVIGATION = """
about account blog cart contact customers dashboard docs faq features gallery help home jokes login menu messages news
orders overview portfolio pricing products profile projects reports services settings shop team
"""
_LOOKALIKE_PAIRS = "nu hk il l1 i1 ij o0 oa rn vr uv ec gq gy s5 b6 z2 lt tf fl yv hb rz r2 dp pr"
_LOOKALIKES = {frozenset(pair) for pair in _LOOKALIKE_PAIRS.split()}
DOUBTFUL = 0.93  # a word the reader is surer of is mended only where letters look alike


def mend(text: str, confidence: float) -> str:
    """The text with misread interface words put right. Case and unknown words stay."""
    words = [part for word in _joined_words(text.split()) for part in _parted_word(word)]
    return " ".join(_mend_word(word, confidence) for word in words)


def is_button_text(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return bool(words) and len(words) <= 4 and words[0] in _words(_BUTTONS)


def is_hint_text(text: str) -> bool:
    """Does it read like the grey words inside an empty field?"""
    return bool(_HINTS.search(text.strip()))


def is_link_text(text: str) -> bool:
    return bool(_LINKS.search(text.strip()))


def is_navigation_text(text: str) -> bool:
    return text.strip().lower() in _words(_NAVIGATION)


def is_known_text(text: str) -> bool:
    """Are all its words words of interfaces?"""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return bool(words) and all(word in _known() for word in words)


def language_of(texts: list[str]) -> str:
    """ "es" where Spanish interface words outnumber English ones, else "en"."""
    words = [w for t in texts for w in re.findall(r"[^\W\d_]+", t.lower())]
    spanish = sum(w in _words(_SPANISH) for w in words)
    return "es" if spanish > sum(w in _words(_ENGLISH) for w in words) else "en"


@cache
def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


@cache
def _known() -> frozenset[str]:
    return _words(_ENGLISH) | _words(_SPANISH) | _words(_BUTTONS)


def _joined_words(words: list[str]) -> list[str]:
    """Words the reader tore apart ("Pass word"), whole again when neither half is a word by itself."""
    joined: list[str] = []
    for word in words:
        whole = (joined[-1] + word).lower() if joined else ""
        if whole in _known() and not (joined[-1].lower() in _known() and word.lower() in _known()) and len(whole) > 4:
            joined[-1] += word.lower() if joined[-1][-1:].islower() or len(joined[-1]) == 1 else word
        else:
            joined.append(word)
    return joined


def _parted_word(word: str) -> list[str]:
    """Two words the reader ran together ("ExpressDelivery"), apart: both halves are words, the whole is none."""
    low = word.lower()
    if not word.isalpha() or low in _known():
        return [word]
    for i in range(3, len(word) - 2):
        by_case = word[i].isupper() and word[i - 1].islower()
        if low[:i] in _known() and low[i:] in _known() and (by_case or min(i, len(word) - i) > 3):
            return [word[:i], word[i:]]
    return [word]


def _mend_word(word: str, confidence: float) -> str:
    match = re.fullmatch(r"([^\w]*)([\w']+)([^\w]*)", word)
    if match is None:
        return word
    before, core, after = match.groups()
    low = core.lower()
    if len(low) < 4 or low in _known() or sum(c.isdigit() for c in low) > 1:
        return word
    limit = 1.0 if len(low) < 7 else 1.6
    if confidence >= DOUBTFUL:
        limit = 0.6
    best = sorted((_distance(low, known, limit), known) for known in _known() if abs(len(known) - len(low)) <= 2)
    if not best or best[0][0] > limit or (len(best) > 1 and best[1][0] <= best[0][0]):
        return word
    return before + _like(core, best[0][1]) + after


def _like(model: str, word: str) -> str:
    """`word` in the case of `model`."""
    letters = [c for c in model if c.isalpha()]
    if len(letters) > 1 and sum(c.isupper() for c in letters) > 0.6 * len(letters):
        return word.upper()
    return word.capitalize() if model[:1].isupper() or model[:1].isdigit() else word


def _distance(one: str, two: str, limit: float) -> float:
    """Edit distance in which accents cost nothing and letters that look alike half."""
    one, two = _plain(one), _plain(two)
    row = [float(i) for i in range(len(two) + 1)]
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], float(i)
        for j, b in enumerate(two, 1):
            swap = 0.0 if a == b else 0.5 if frozenset((a, b)) in _LOOKALIKES else 1.0
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + swap)
        if min(row) > limit:
            return limit + 1
    return row[-1]


@cache
def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")
