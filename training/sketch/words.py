"""Words people write on sketches of pages."""


def _list(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", " ").split("|")]


LABELS = _list(
    """
    Name | First name | Last name | Email | E-mail address | Password | Confirm password | Phone | Address | City |
    Country | Zip code | Card number | Expiry | CVV | Date | Time | Message | Subject | Company | Username | Age |
    Quantity | Amount | Bill | Tip % | Search | Language | Street | State | Birthday | Gender | Nombre | Apellido |
    Correo | Contraseña | Nom | Prénom | Adresse | Vorname | Straße | Color | Size
    """
)

BUTTONS = _list(
    """
    OK | Cancel | Login | Log in | Sign up | Submit | Send | Save | Delete | Next | Back | Buy | Buy now | Add | Add
    to cart | Search | Go | Reset | Start | Stop | Play | Subscribe | Register | Upload | Download | Edit | Share |
    Reply | Enter | Continue | Checkout | Pay | Apply | Book | More | Learn more | Read more | Join | Call | Contact
    us | Try it | Get started | Enviar | Aceptar | Cancelar | Envoyer | Weiter | + | - | x | ? | Calculate | Reveal
    | Show | Tell me | Add task | Clear | Roll dice | Vote | Yes | No
    """
)

HEADINGS = _list(
    """
    My website | Home | Welcome | About us | Contact | Our team | Products | Shop | Gallery | Sign in | Create
    account | Payment | Shopping cart | Confirmation | To do list | Settings | Profile | Dashboard | News | Blog |
    Recipes | Weather | Joke of the day | Counter | Tip calculator | Survey | Quiz | Order form | Checkout | Book a
    table | Events | Music player | Photo album | Mi página | Titre | Menu
    """
)

PHRASES = _list(
    """
    Fresh bread every morning | Call us any time | We ship worldwide | $10.00 | $24.99 | 1 item | 2 weeks | Free
    delivery | Remember me | Forgot password? | I agree to the terms | Subscribe to newsletter | New here? | Already
    have an account? | Learn Python | Why did the chicken cross the road? | Monday to Friday | Open 9 - 5 | Ana
    Lopez | John Smith | Designer | Developer | Manager | Step 1 of 3 | Total: 0 | Score 12 | All rights reserved |
    Privacy | Terms | Milk | Eggs | Walk the dog | Buy stamps | Red | Green | Small | Medium | Large | Low | High |
    Option A | Option B | Express | Standard | Card | Cash | Male | Female | Yes | No | Maybe | Daily | Weekly
    """
)

LINKS = _list(
    """
    Home | About | Contact | Blog | Shop | Help | FAQ | Prices | Docs | Edit | Details | Login | Forgot password? |
    Sign up | News | Gallery
    """
)

OPTIONS = _list(
    """
    Select | Choose | Country | Spain | English | January | 2024 | Size | Any | All | Sort by | Category | 1 | Mr
    """
)
