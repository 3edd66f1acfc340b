"""Which rich menu a learner sees: a pure function of where they are."""

from enum import StrEnum


class Menu(StrEnum):
    NEW = "new"  # everybody's, until there is another for them
    LEARNING = "learning"
    WITH_PERSON = "with_person"


def menu_of(*, has_cooked: bool, with_person: bool = False) -> Menu:
    """`has_cooked`: a cook was opened once. `with_person`: a coach who is a person has taken the conversation over."""
    if with_person:
        return Menu.WITH_PERSON
    return Menu.LEARNING if has_cooked else Menu.NEW
