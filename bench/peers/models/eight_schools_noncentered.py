"""models/eight_schools_noncentered.toml: the one form."""
from models.eight_schools import *  # noqa: F403

FORMS = ("non-centred",)
