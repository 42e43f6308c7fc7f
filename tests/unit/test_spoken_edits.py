"""What people say about an open page, and exactly what becomes of it."""

from __future__ import annotations

import pytest

from assistant.pages.document import Document
from assistant.pages.edit_plan import ALL_STEPS, Change, OfferVariants, Question, Scope, Steps, TakeVariant
from assistant.pages.patches import Remove, apply_all
from assistant.pages.placing import Declined
from assistant.pages.spoken_edits import understand
from tests.page_outline import bakery, changes, outline

POINTED_AT = "e6"  # the text beside the picture


def said(words: str, document: Document) -> Document:
    plan = understand(words, Scope(document, POINTED_AT))
    assert isinstance(plan, Change), plan
    outcome = apply_all(document, plan.patches)
    assert isinstance(outcome, Document), outcome
    return outcome


def test_the_page_of_these_tests() -> None:
    assert outline(bakery()) == OUTLINE


OUTLINE = [
    "column",
    ". row",
    '. . heading e1 "Welcome"',
    '. . link e2 "Home"',
    '. . link e3 "About"',
    '. . link e4 "Contact"',
    ". row",
    ". . image e5 300x200",
    '. . text e6 "We bake bread every day"',
    '. text e7 "Email"',
    ". input e8",
    '. text e9 "Password"',
    ". input e10",
    '. select e11 "Country"',
    '. checkbox e12 "Remember me"',
    ". row",
    '. . button e13 "Login"',
    '. . button e14 "Cancel"',
]


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        (
            "Make the second button green.",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" background=#2e7d32'],
        ),
        ("make the header sticky", ["- . row", "+ . row header is_sticky=True"]),
        (
            "Make the login button bigger and blue.",
            ['- . . button e13 "Login"', '+ . . button e13 "Login" background=#1565c0 scale=1.3'],
        ),
        ("Change the title to welcome home", ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome home"']),
        (
            "Move this below the picture",
            [
                "- . row",
                "- . . image e5 300x200",
                "+ . image e5 300x200",
                '- . . text e6 "We bake bread every day"',
                '+ . text e6 "We bake bread every day"',
            ],
        ),
        ("put the login button on the right", ['- . . button e13 "Login"', '+ . . button e13 "Login" align=right']),
        ("Delete the last field", ['- . select e11 "Country"']),
        ("remove the password field", ['- . text e9 "Password"', "- . input e10"]),
        (
            "Add a contact form",
            [
                "+ . column",
                '+ . . heading n1 "Contact us"',
                '+ . . text n2 "Name"',
                "+ . . input n3",
                '+ . . text n4 "Email"',
                "+ . . input n5",
                '+ . . text n6 "Message"',
                "+ . . textarea n7",
                '+ . . button n8 "Send"',
            ],
        ),
        (
            "add a button that says Sign up below the picture",
            ["+ . . column", "- . . image e5 300x200", "+ . . . image e5 300x200", '+ . . . button n1 "Sign up"'],
        ),
        ("Use a dark theme.", ["+ page: theme=dark"]),
        ("dark mode please", ["+ page: theme=dark"]),
        ("make the page dark", ["+ page: theme=dark"]),
        (
            "make the heading that says welcome bigger",
            ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome" scale=1.3'],
        ),
        (
            "the second button should be green",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" background=#2e7d32'],
        ),
        ("Make everything bigger.", ["+ page: zoom=1.3"]),
        ("make the text bigger", ["+ page: zoom=1.3"]),
        ("change the background to light blue", ["+ page: background=#a8d4f5"]),
        ("hide the picture", ["- . . image e5 300x200", "+ . . image e5 300x200 is_hidden=True"]),
        ("centre the heading", ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome" align=centre']),
        ("align everything to the centre", ["+ page: align=centre"]),
        ("swap the login button and the cancel button", ['+ . . button e14 "Cancel"', '- . . button e14 "Cancel"']),
        ("duplicate the cancel button", ['+ . . button n1 "Cancel"']),
        ("turn the cancel button into a link", ['- . . button e14 "Cancel"', '+ . . link e14 "Cancel"']),
        ("make the email field required", ["+ required e8: True"]),
        ("make the text white", ["+ page: colour=#ffffff"]),
        (
            "set the background color to black and the text to white",
            ["+ page: background=#111111 colour=#ffffff"],
        ),
        (
            "The heading is too small, make it bigger.",
            ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome" scale=1.3'],
        ),
        ("I think the text is a bit too big", ["+ page: zoom=0.77"]),
        ("Put a heading at the top that says our menu.", ['+ . heading n1 "Our menu"']),
        ("write hello world at the top", ['+ . text n1 "Hello world"']),
        ("Add a red button that says buy now.", ['+ . button n1 "Buy now"']),
        ("Add a logo at the top left.", ["+ . icon n1"]),
        (
            "hide the checkbox for now",
            [
                '- . checkbox e12 "Remember me"',
                '+ . checkbox e12 "Remember me" is_hidden=True',
            ],
        ),
        (
            "Make the picture a bit smaller and center it.",
            ["- . . image e5 300x200", "+ . . image e5 268x179 align=centre"],
        ),
        ("Remove the first and the second link.", ['- . . link e2 "Home"', '- . . link e3 "About"']),
        ("Shrink the picture by half.", ["- . . image e5 300x200", "+ . . image e5 150x100"]),
        (
            "double the size of the heading",
            ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome" scale=2.0'],
        ),
        (
            "Change the button text from login to log me in.",
            ['- . . button e13 "Login"', '+ . . button e13 "Log me in"'],
        ),
        ("Make the corners of the picture sharp.", ["- . . image e5 300x200", "+ . . image e5 300x200 corners=square"]),
        (
            "add a placeholder to the email field that says you@example.com",
            ["- . input e8", '+ . input e8 "you@example.com"'],
        ),
        (
            "Insert a picture between the heading and the text.",
            ["+ . . column", '- . . heading e1 "Welcome"', '+ . . . heading e1 "Welcome"', "+ . . . image n1 300x296"],
        ),
        (
            "I don't like the checkbox, remove it.",
            ['- . checkbox e12 "Remember me"'],
        ),
        ("I don't need the country any more.", ['- . select e11 "Country"']),
        ("Call the login button sign in instead.", ['- . . button e13 "Login"', '+ . . button e13 "Sign in"']),
        ("Instead of login it should say enter.", ['- . . button e13 "Login"', '+ . . button e13 "Enter"']),
        (
            "Replace the word bread with cake.",
            ['- . . text e6 "We bake bread every day"', '+ . . text e6 "We bake cake every day"'],
        ),
        ("change the word email to e-mail", ['- . text e7 "Email"', '+ . text e7 "E-mail"']),
        (
            "Make the cancel button red with white text.",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" background=#c62828 colour=#ffffff'],
        ),
        (
            "Stack the buttons vertically.",
            [
                "- . row",
                '- . . button e13 "Login"',
                '+ . button e13 "Login"',
                '- . . button e14 "Cancel"',
                '+ . button e14 "Cancel"',
            ],
        ),
        (
            "Put the login and cancel buttons below each other.",
            [
                "- . row",
                '- . . button e13 "Login"',
                '+ . button e13 "Login"',
                '- . . button e14 "Cancel"',
                '+ . button e14 "Cancel"',
            ],
        ),
        (
            "hide the country and the checkbox",
            [
                '- . select e11 "Country"',
                '+ . select e11 "Country" is_hidden=True',
                '- . checkbox e12 "Remember me"',
                '+ . checkbox e12 "Remember me" is_hidden=True',
            ],
        ),
        (
            "There is too much space above the picture.",
            ["- . . image e5 300x200", "+ . . image e5 300x200 space_above=16"],
        ),
        ("Change the email placeholder to your email.", ["- . input e8", '+ . input e8 "Your email"']),
        ("Make the first field longer.", ["- . input e8", "+ . input e8 width_percent=65"]),
        ("Give the page a warm yellow background.", ["+ page: background=#fdd835"]),
        ("Remove about from the menu.", ['- . . link e3 "About"']),
        (
            "Add home, shop and blog to the navigation.",
            ['+ . . link n3 "Home"', '+ . . link n2 "Shop"', '+ . . link n1 "Blog"'],
        ),
        ("add a link to the shop to the menu", ['+ . . link n1 "Shop"']),
        (
            "Add a picture of a cat under the heading.",
            [
                "+ . . column",
                '- . . heading e1 "Welcome"',
                '+ . . . heading e1 "Welcome"',
                '+ . . . image n1 "Cat" 300x296',
            ],
        ),
        (
            "Add a paragraph below the heading that says we open at eight.",
            [
                "+ . . column",
                '- . . heading e1 "Welcome"',
                '+ . . . heading e1 "Welcome"',
                '+ . . . text n1 "We open at eight"',
            ],
        ),
        (
            "add radio buttons for small, medium and large",
            ['+ . radio n1 "Small"', '+ . radio n2 "Medium"', '+ . radio n3 "Large"'],
        ),
        (
            "set the placeholder of the email field to you@example.com",
            ["- . input e8", '+ . input e8 "you@example.com"'],
        ),
        ("set the options of the drop-down to Spain, France and Italy", ["+ options e11: Spain, France, Italy"]),
        ("round the corners", ["+ page: corners=round"]),
        ("round the corners of the picture", ["- . . image e5 300x200", "+ . . image e5 300x200 corners=round"]),
        ("make the picture rounder", ["- . . image e5 300x200", "+ . . image e5 300x200 corners=round"]),
        ("more space between the rows", ["+ page: spacing=1.5"]),
        ("add a footer", ["+ . column footer", "+ . . divider n1", '+ . . text n2 "© Welcome"']),
        (
            "add a navigation bar",
            ["+ . row navigation", '+ . . link n1 "Home"', '+ . . link n2 "About"', '+ . . link n3 "Contact"'],
        ),
        ("rename the page to my bakery", ["+ title: My bakery"]),
        ("make the page wider", ["+ page: width=676"]),
        ("rename the cancel button to Go back", ['- . . button e14 "Cancel"', '+ . . button e14 "Go back"']),
        ("change cancel to Stop", ['- . . button e14 "Cancel"', '+ . . button e14 "Stop"']),
        ("the login button should say Enter", ['- . . button e13 "Login"', '+ . . button e13 "Enter"']),
        ("make the login button say enter now", ['- . . button e13 "Login"', '+ . . button e13 "Enter"']),
        ("call the login button Enter", ['- . . button e13 "Login"', '+ . . button e13 "Enter"']),
        (
            "move the picture to the top",
            [
                "+ . image e5 300x200",
                "- . row",
                "- . . image e5 300x200",
                '- . . text e6 "We bake bread every day"',
                '+ . text e6 "We bake bread every day"',
            ],
        ),
        (
            "Move the email field below the password field",
            [
                "+ . column",
                '- . text e7 "Email"',
                "- . input e8",
                '- . text e9 "Password"',
                '+ . . text e9 "Password"',
                "- . input e10",
                "+ . . input e10",
                "+ . column",
                '+ . . text e7 "Email"',
                "+ . . input e8",
            ],
        ),
        (
            "can you please make the header sticky and add a footer",
            [
                "- . row",
                "+ . row header is_sticky=True",
                "+ . column footer",
                "+ . . divider n1",
                '+ . . text n2 "© Welcome"',
            ],
        ),
        (
            "change the colour of the heading to red",
            ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome" colour=#c62828'],
        ),
        (
            "give the cancel button a yellow background",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" background=#fdd835'],
        ),
        (
            "make the text of the login button black",
            ['- . . button e13 "Login"', '+ . . button e13 "Login" colour=#111111'],
        ),
        ("make remember me bold", ['- . checkbox e12 "Remember me"', '+ . checkbox e12 "Remember me" bold=True']),
        ("add a checkbox I agree", ['+ . checkbox n1 "I agree"']),
        ("add a phone field", ["+ . column", '+ . . text n2 "Phone"', "+ . . input n1"]),
        ("make the logo bigger", ["- . . image e5 300x200", "+ . . image e5 374x260"]),
        ("borra el último campo", ['- . select e11 "Country"']),
        (
            "añade un formulario de contacto",
            [
                "+ . column",
                '+ . . heading n1 "Contact us"',
                '+ . . text n2 "Name"',
                "+ . . input n3",
                '+ . . text n4 "Email"',
                "+ . . input n5",
                '+ . . text n6 "Message"',
                "+ . . textarea n7",
                '+ . . button n8 "Send"',
            ],
        ),
        ("cambia el título a Bienvenidos", ['- . . heading e1 "Welcome"', '+ . . heading e1 "Bienvenidos"']),
        ("usa un tema oscuro", ["+ page: theme=dark"]),
        ("make Log in green", ['- . . button e13 "Login"', '+ . . button e13 "Login" background=#2e7d32']),
        (
            "add some text saying Open every day above the picture",
            ["+ . . column", '+ . . . text n1 "Open every day"', "- . . image e5 300x200", "+ . . . image e5 300x200"],
        ),
        (
            "put the picture next to the email field",
            [
                '+ . text e6 "We bake bread every day"',
                "+ . . column",
                "- . . image e5 300x200",
                '- . . text e6 "We bake bread every day"',
                '- . text e7 "Email"',
                '+ . . . text e7 "Email"',
                "- . input e8",
                "+ . . . input e8",
                "+ . . image e5 291x200",
            ],
        ),
        (
            "make the button on the right red",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" background=#c62828'],
        ),
        ("make the page 900 pixels wide", ["+ page: width=900"]),
        (
            "paint the cancel button #ff8800",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" background=#ff8800'],
        ),
        ("make the email field wider", ["- . input e8", "+ . input e8 width_percent=65"]),
        (
            "move the picture to the bottom",
            [
                "- . row",
                "- . . image e5 300x200",
                '- . . text e6 "We bake bread every day"',
                '+ . text e6 "We bake bread every day"',
                "+ . image e5 300x200",
            ],
        ),
        ("Move the Cancel button before the Login button", ['+ . . button e14 "Cancel"', '- . . button e14 "Cancel"']),
        (
            "add a login form",
            [
                "+ . column",
                '+ . . heading n1 "Log in"',
                '+ . . text n2 "Email"',
                "+ . . input n3",
                '+ . . text n4 "Password"',
                "+ . . input n5",
                '+ . . button n6 "Log in"',
            ],
        ),
        (
            "add a hero section",
            [
                "+ . column hero",
                '+ . . heading n1 "Welcome"',
                '+ . . text n2 "Say here in one sentence what this page is for."',
                '+ . . button n3 "Get started"',
            ],
        ),
        ("put the checkbox above the drop-down", ['+ . checkbox e12 "Remember me"', '- . checkbox e12 "Remember me"']),
        ("add a link called Imprint to the right of the Contact link", ['+ . . link n1 "Imprint"']),
        (
            "delete this",
            ["- . row", "- . . image e5 300x200", "+ . image e5 300x200", '- . . text e6 "We bake bread every day"'],
        ),
        (
            "make the buttons round and bold",
            [
                '- . . button e13 "Login"',
                '- . . button e14 "Cancel"',
                '+ . . button e13 "Login" bold=True corners=round',
                '+ . . button e14 "Cancel" bold=True corners=round',
            ],
        ),
        ("increase the size of the heading", ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome" scale=1.3']),
        ("pin the header", ["- . row", "+ . row header is_sticky=True"]),
        ("call the page Good Bread", ["+ title: Good Bread"]),
        (
            "move the buttons below the picture",
            [
                "+ . . column",
                "- . . image e5 300x200",
                "+ . . . image e5 300x200",
                '+ . . . button e13 "Login"',
                '+ . . . button e14 "Cancel"',
                "- . row",
                '- . . button e13 "Login"',
                '- . . button e14 "Cancel"',
            ],
        ),
        ("shrink the picture", ["- . . image e5 300x200", "+ . . image e5 231x154"]),
        ("add an image next to the login button", ["+ . . image n1 421x296"]),
        ("make the email field optional", ["+ required e8: False"]),
        ("make the text italic", ["+ page: italic=True"]),
        ("less space", ["+ page: spacing=0.67"]),
        ("use the warm theme", ["+ page: theme=warm"]),
        ("make the page narrower", ["+ page: width=400"]),
        ("left align the heading", ['- . . heading e1 "Welcome"', '+ . . heading e1 "Welcome" align=left']),
        ("make the drop-down a text field", ['- . select e11 "Country"', '+ . input e11 "Country"']),
        ("change the label of the email field to your email", ['- . text e7 "Email"', '+ . text e7 "Your email"']),
    ],
)
def test_a_request_changes_exactly_this(words: str, changed: list[str]) -> None:
    page = bakery()
    assert changes(page, said(words, page)) == changed


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ("undo", -1),
        ("Undo that.", -1),
        ("undo twice", -2),
        ("Undo the last three changes", -3),
        ("undo everything", -ALL_STEPS),
        ("go back two steps", -2),
        ("redo", 1),
        ("Redo that, please.", 1),
        ("redo 2 times", 2),
        ("deshacer", -1),
    ],
)
def test_steps_through_the_versions(words: str, steps: int) -> None:
    assert understand(words, Scope(bakery())) == Steps(steps)


@pytest.mark.parametrize(
    ("words", "question", "choices"),
    [
        ("make the button green", "Which button: Login or Cancel?", ("e13", "e14")),
        ("remove the button", "Which button: Login or Cancel?", ("e13", "e14")),
        ("move the picture below the button", "Which button: Login or Cancel?", ("e13", "e14")),
        ("delete the link", "Which link: Home, About or Contact?", ("e2", "e3", "e4")),
    ],
)
def test_an_unclear_part_is_asked_about(words: str, question: str, choices: tuple[str, ...]) -> None:
    plan = understand(words, Scope(bakery()))
    assert isinstance(plan, Question)
    assert (plan.sentence, plan.choices) == (question, choices)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("delete the third button", "There are only 2 buttons on the page."),
        ("make the sign up button green", "I see no button called sign up on the page."),
        ("remove the table", "I see no table on the page."),
        ("make this green", "Which part do you mean? Click it in the page or the sketch, or say its words."),
    ],
)
def test_what_cannot_be_done_is_said(words: str, sentence: str) -> None:
    assert understand(words, Scope(bakery())) == Declined(sentence)


@pytest.mark.parametrize(
    "words",
    [
        "What is the capital of France?",
        "make me laugh",
        "tell me a joke",
        "add salt to the recipe",
        "remind me to call Mum",
        "take the second one",
        "How do I make a button in HTML?",
        "Thank you, that is great.",
        "Change the subject",
        "Could you explain it again?",
        "make it shorter",
        "I want to go home",
        "put that in a letter to my landlord",
        "Move on to the next question",
        "stop",
        "",
        "a" * 5000,
    ],
)
def test_talk_is_left_alone(words: str) -> None:
    assert understand(words, Scope(bakery())) is None


def test_variants_are_offered_and_taken_only_while_they_are_shown() -> None:
    assert understand("Show me three variants", Scope(bakery())) == OfferVariants()
    shown = Scope(bakery(), variants=3)
    assert understand("Take the middle one.", shown) == TakeVariant(1)
    assert understand("take the second one", shown) == TakeVariant(1)
    assert understand("the last one please", shown) == TakeVariant(2)
    assert understand("none of them", shown) == TakeVariant(None)
    assert understand("take the middle one", Scope(bakery())) is None


def test_this_is_the_part_that_was_clicked() -> None:
    plan = understand("make this button red", Scope(bakery(), selected="e14"))
    assert isinstance(plan, Change)
    assert [patch.target for patch in plan.patches] == ["e14"]  # type: ignore[attr-defined]


def test_a_table_gets_the_columns_and_rows_that_were_asked_for() -> None:
    page = said("add a table with four columns and two rows", bakery())
    assert [line for line in changes(bakery(), page) if "table" in line] == ["+ . table n9"]
    assert sum(line.startswith("+ . . text") for line in changes(bakery(), page)) == 8


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Make the hatter sticky.", "make the header sticky"),
        ("The second bottom should be green", "the second button should be green"),
        ("Maid the second button a green.", "make the second button green"),
        ("Move this bellow the pitcher", "move this below the picture"),
        ("Moved this be low the picture.", "move this below the picture"),
        ("Add a contact farm", "add a contact form"),
        ("Delete the pass word field", "delete the password field"),
        ("use dark mood", "use dark mode"),
        ("Make the lokin button blew", "make the login button blue"),
        ("Show me three variance.", "show me three variants"),
    ],
)
def test_what_was_misheard_is_done_as_it_was_meant(heard: str, meant: str) -> None:
    scope = Scope(bakery(), POINTED_AT)
    assert understand(heard, scope) == understand(meant, scope)


@pytest.mark.parametrize(
    "talk",
    [
        "How are you today?", "What is the weather like?", "I read a book about butter.", "And you?", "Tell me a joke.",
        "My mate is under the table.", "The lion sleeps tonight.", "Who painted the Mona Lisa?",
    ],
)  # fmt: skip
def test_talk_is_not_mended_into_a_request(talk: str) -> None:
    assert understand(talk, Scope(bakery())) is None


@pytest.mark.parametrize("words", ["Go back to the first version.", "bring me back to the original page"])
def test_the_first_version_comes_back(words: str) -> None:
    assert understand(words, Scope(bakery())) == Steps(-ALL_STEPS)


@pytest.mark.parametrize("words", ["Add a border around the picture.", "Give the picture a shadow."])
def test_what_no_edit_can_do_is_said_and_nothing_else_is_done(words: str) -> None:
    plan = understand(words, Scope(bakery()))
    assert isinstance(plan, Declined)
    assert "yet" in plan.sentence


@pytest.mark.parametrize(
    "words",
    [
        "I want the picture on the other side.",
        "Change the checkbox to a switch.",
        "Call me when the bread is ready.",
        "Replace the word croissant with cake.",
        "I don't want to go home.",
    ],
)
def test_what_is_not_understood_changes_nothing(words: str) -> None:
    assert not isinstance(understand(words, Scope(bakery())), Change)


@pytest.mark.parametrize("words", ["That's wrong, go back.", "No, not like that.", "I liked it better before."])
def test_displeasure_takes_one_step_back(words: str) -> None:
    assert understand(words, Scope(bakery())) == Steps(-1)


@pytest.mark.parametrize("words", ["Give me a different look.", "Try another design.", "show me a new style"])
def test_another_look_offers_variants(words: str) -> None:
    assert understand(words, Scope(bakery())) == OfferVariants()


def test_two_halves_of_a_request_share_their_verb() -> None:
    page = said("Make the login button green and the cancel button red.", bakery())
    assert changes(bakery(), page) == [
        '- . . button e13 "Login"',
        '- . . button e14 "Cancel"',
        '+ . . button e13 "Login" background=#2e7d32',
        '+ . . button e14 "Cancel" background=#c62828',
    ]


def test_of_several_parts_the_unclear_one_is_asked_for() -> None:
    document = bakery()
    asked = understand("remove the picture and the text", Scope(document))
    assert isinstance(asked, Question) and asked.phrase == "the text"

    settled = understand("remove the picture and the text", Scope(document, answers={"the text": ("e6",)}))

    assert settled == Change((Remove("e5"), Remove("e6")))


@pytest.mark.parametrize("said", ["I don't need it", "I don't want that", "replace the word '' with x"])
def test_what_may_be_an_answer_changes_nothing(said: str) -> None:
    assert understand(said, Scope(bakery(), "e6")) is None
