import pytest

from bot.names import LONGEST, called
from knowledge_base import copy


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("ゆうこ", "ゆうこ"),
        ("ゆうこさん", "ゆうこ"),
        ("けんくん ", "けん"),
        ("たなか様", "たなか"),
        ("Ｙｕｋｏ Ｓ", "Yuko S"),
        ("ｹﾝｼﾞ", "ケンジ"),
        ("ジャン＝ピエール", "ジャン ピエール"),
        ("Mary-Ann O'Neil", "Mary-Ann O'Neil"),
        ("🍳料理🍳好き🍳", "料理 好き"),
        ("{name}\n\t%s", "name s"),
        ("＠＿＠", copy.NAMELESS),
        ("", copy.NAMELESS),
        ("さん", copy.NAMELESS),
        ("김민지", "김민지"),
    ],
)
def test_a_name_is_what_can_be_said_before_san(shown: str, name: str) -> None:
    assert called(shown) == name


def test_a_long_name_is_cut() -> None:
    assert called("寿" * 50) == "寿" * LONGEST
