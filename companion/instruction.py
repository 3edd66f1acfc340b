"""What Gemini Live is told: who it is and what it knows of this cook, and the few texts that we send in a call."""

from companion.plan import CallPlan
from knowledge_base.content import DishGuide
from knowledge_base.prompts import in_one_line, prompt
from pipeline.providers.google.learner import ANSWER, choices, own_words

ANY_DISH = "whatever they cook today"
LABEL = prompt("companion").label  # what a call's cost is noted under


def system_instruction(plan: CallPlan) -> str:
    dish = plan.dish
    call = prompt("companion").render(
        first_name=plan.first_name,
        dish=dish.name_ja if dish else ANY_DISH,
        steps=_steps(dish) if dish else "",
        focus=in_one_line(plan.focus),
        moments="\n".join(f"{in_one_line(each.sought)}: {in_one_line(each.words)}" for each in plan.moments),
        safety="\n".join(dish.safety) if dish else "",
        start_cue=dish.start_cue if dish else "",
        stop_cue=dish.stop_cue if dish else "",
        profile_choices=choices(plan.profile, ANSWER),
        profile_words=own_words(plan.profile, ANSWER),
        so_far=plan.so_far,
    )
    return "\n\n".join((prompt("persona").render(), prompt("tone").render(), call))


def greeting(plan: CallPlan) -> str:
    return prompt("companion_greeting").render(greeting=plan.greeting)


def look(sought: str) -> str:
    return prompt("companion_look").render(sought=in_one_line(sought))


def _steps(dish: DishGuide) -> str:
    return "\n".join(
        f"{number}. {step.name}: {step.looks}{f'。{step.sounds}' if step.sounds else ''}"
        for number, step in enumerate(dish.steps, 1)
    )
