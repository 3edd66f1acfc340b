"""What the model may do in a call, beside speaking."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class ToolName(StrEnum):
    START_TIMER = "start_timer"
    SAY_AGAIN = "say_again"
    NOTE_MOMENT = "note_moment"


@dataclass(frozen=True)
class Parameter:
    type: Literal["integer", "string", "boolean"]
    description: str


@dataclass(frozen=True)
class Tool:
    name: ToolName
    description: str
    parameters: Mapping[str, Parameter]  # all of them required


TOOLS = (
    Tool(
        ToolName.START_TIMER,
        "学習者に頼まれたときだけ、タイマーを始める。",
        {
            "seconds": Parameter("integer", "鳴るまでの秒数"),
            "label": Parameter("string", "何のタイマーか。短い名詞"),
        },
    ),
    Tool(ToolName.SAY_AGAIN, "「もう一回言って」と頼まれたとき、最後のひとことをもう一度流す。", {}),
    Tool(
        ToolName.NOTE_MOMENT,
        "見守りの問いに、求められた様子がいま見える、または聞こえるかを答える。見えないときは is_here を false にし、何も話さない。",
        {
            "is_here": Parameter("boolean", "いまその様子が見える、または聞こえるか"),
            "danger": Parameter("string", "いま見える危険。炎なら fire、煙なら smoke、なければ none"),
        },
    ),
)
