"""models/eight_schools_centered.toml: the one form."""
from models.eight_schools import *  # noqa: F403

FORMS = ("centred",)
