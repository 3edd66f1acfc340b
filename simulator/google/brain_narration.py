"""What is said over the footage: about 200 to 240 letters over the whole cook, 95 to 120 over the key moment."""

from typing import Any

from simulator.google.brain_coaching import FALLBACK, learner
from simulator.google.japanese import Line, fill, voice_lines
from simulator.google.prompt_text import Prompt

PART1 = (202, 238, 9)  # letters from, to, sentences
PART2 = (97, 119, 5)
LONGEST_SENTENCE = 48
THANKS = "今回も作ってくださって、ありがとうございます。"


def narration(prompt: Prompt) -> dict[str, Any]:
    name = learner(prompt)
    greeting = f"{name}さん、{THANKS}" if name else THANKS
    return {"part1": fill(_opening(prompt, greeting), *PART1), "part2": fill(_moment(prompt), *PART2)}


def _opening(prompt: Prompt, greeting: str) -> list[Line]:
    problem = _short(prompt.after_label("problem", "mondaiten", "今回の問題点"))
    skill = _short(prompt.after_label("skill", "principle", "身につけるべきスキル"))
    return [
        Line(greeting, keep=True),
        Line("手もとがよく見えて、一つひとつの動きが丁寧でした。", keep=True),
        Line("落ちついて火の前に立てていたのも、よいところです。"),
        *(Line(each, keep=index == 0) for index, each in enumerate(problem[:2])),
        Line("これは、だれにでも起こることですので、心配いりません。"),
        Line("では、どうしてそうなるのかを見ていきましょう。"),
        *(Line(each, keep=index == 0) for index, each in enumerate(skill[:2])),
        Line("食材は、鍋の熱を受け取って少しずつ変わります。"),
        Line("熱の伝わり方は、音とかおりにそのまま表れます。"),
        Line("耳と目を使えば、レシピがなくても見分けられます。"),
        Line("ここを押さえると、ほかの料理も変わってきます。"),
    ]


def _moment(prompt: Prompt) -> list[Line]:
    action = _short(prompt.after_label("next action", "next_action", "次回試すこと")) or voice_lines(
        FALLBACK["next action"]
    )
    scene = _short(prompt.section("The scene shown"))
    return [
        Line("この場面の、鍋のまわりを見てください。", keep=True),
        *(Line(each) for each in scene[:2] if each != action[-1]),
        Line("鍋の中の様子が、ここで変わっています。"),
        Line("音の高さにも、耳をすませてみましょう。"),
        Line("においの変わり目も、よい手がかりです。"),
        Line("急がなくて大丈夫です。"),
        Line("次は、ここがいちばんの見どころです。"),
        Line(action[-1], keep=True),
    ]


def _short(text: str) -> list[str]:
    return [each for each in voice_lines(text) if len(each) <= LONGEST_SENTENCE]
