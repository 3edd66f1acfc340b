import pytest

from models.rules.menu import Menu, menu_of


@pytest.mark.parametrize(
    ("has_cooked", "with_person", "menu"),
    [
        (False, False, Menu.NEW),
        (True, False, Menu.LEARNING),
        (False, True, Menu.WITH_PERSON),
        (True, True, Menu.WITH_PERSON),
    ],
)
def test_the_menu_follows_from_where_a_learner_is(has_cooked: bool, with_person: bool, menu: Menu) -> None:
    assert menu_of(has_cooked=has_cooked, with_person=with_person) is menu
