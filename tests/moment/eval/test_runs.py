"""One run of one clip: what is asked in which order, what goes on record, and that nothing wrong stops it."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from models.coaching import ModelCall, Unclear, Usage, VideoAnalysis
from models.database import Database
from moment.eval.library import Library
from moment.eval.results import Step
from moment.eval.run import Case, Coach
from moment.eval.steps import attempt
from pipeline.media.footage import footage_of
from pipeline.providers import ledger
from pipeline.providers.ports import AnalysisBrief, Footage, ProviderError, ProviderRefused, Repair, Vector
from tests import quick_providers
from tests.media_files import make, unreadable_half_way
from tests.moment.eval.sets import analysis, item
from tests.quick_providers import PROVIDERS, Quick

SMOKE = "oil_smoking"


def quick_coach(database: Database | None = None) -> Coach:
    return Coach(PROVIDERS, Library(PROVIDERS.embedder, database))


def case(*, memo: bool = True) -> Case:
    questions = ("コツは何ですか",) if memo else ()
    return Case(item((SMOKE, 3), questions=questions), Path("clip.mp4"), 30.0)


@pytest.fixture(autouse=True)
def script(monkeypatch: pytest.MonkeyPatch) -> quick_providers.Script:
    """The quick coach looks at nothing, so there is no clip."""
    footage = Footage(Path("clip.mp4"), lambda start, seconds, output: output)
    monkeypatch.setattr("moment.eval.run.footage_of", lambda clip: nullcontext(footage))
    return quick_providers.new_script()


def test_the_stages_are_asked_in_the_products_order(script: quick_providers.Script) -> None:
    run = quick_coach().coach(case())
    assert script.calls == ["extract_entities", "analyze", "reconsider", "coaching_text", "narration"]
    assert [step.step for step in run.steps] == list(Step)


def test_a_clip_that_breaks_off_half_way_ends_its_own_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moment.eval.run.footage_of", footage_of)
    whole = make(tmp_path / "whole.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=6")
    broken = unreadable_half_way(whole, tmp_path / "broken.mp4")
    run = quick_coach().coach(replace(case(), clip=broken))
    assert (run.analysis, run.coaching) == (None, None)
    assert [step.error for step in run.steps if step.step == Step.ANALYSIS] == ["UnusableClip: truncated"]


def test_the_memo_is_weighed_only_after_the_look(script: quick_providers.Script) -> None:
    quick_coach().coach(case())
    first, second = (brief for brief in script.briefs if isinstance(brief, AnalysisBrief))
    assert (first.transcript, second.transcript) == ("", "メモ")
    assert second.structured_input.questions == ["メモ"]


def test_without_a_memo_nothing_is_read_from_it(script: quick_providers.Script) -> None:
    run = quick_coach().coach(case(memo=False))
    assert "extract_entities" not in script.calls
    assert Step.ENTITIES not in [step.step for step in run.steps]


def test_without_a_database_the_faults_own_principle_is_taught(script: quick_providers.Script) -> None:
    script.fault = SMOKE
    run = quick_coach().coach(case())
    assert set(run.principles) == {"smoke-is-the-limit"}


def test_with_a_database_the_products_retrieval_is_used(database: Database) -> None:
    coach = quick_coach(database)
    run = coach.coach(case())
    assert coach.library.searchable
    assert len(run.principles) > 3


def test_violations_go_on_record_and_the_run_goes_on(script: quick_providers.Script) -> None:
    script.coaching = script.coaching.model_copy(
        update={"next_action": "油を大さじ2入れて、2分待ってください。"}
    )
    run = quick_coach().coach(case())
    text = next(step for step in run.steps if step.step is Step.COACHING)
    assert {wrong.split(":")[0] for wrong in text.violations} >= {"measurement"}
    assert text.tries == 2
    assert run.narration is not None


def test_a_provider_that_fails_ends_the_run_with_what_there_is(script: quick_providers.Script) -> None:
    def fail(call: str) -> None:
        if call == "analyze":
            raise ProviderError("overloaded")

    script.before = fail
    run = quick_coach().coach(case())
    assert (run.analysis, run.coaching) == (None, None)
    assert [step.error for step in run.steps if step.error] == ["ProviderError: overloaded"]


def test_a_clip_of_which_nothing_can_be_told_is_not_coached(script: quick_providers.Script) -> None:
    script.unclear = Unclear.NOT_COOKING
    run = quick_coach().coach(case())
    assert (run.unclear, run.analysis, run.coaching) == (Unclear.NOT_COOKING, None, None)
    assert script.calls == ["extract_entities", "analyze"]
    assert all(step.at_first_try for step in run.steps)


def test_an_answer_without_form_is_repaired_once() -> None:
    repairs: list[Repair | None] = []

    def ask(repair: Repair | None) -> tuple[VideoAnalysis, Usage]:
        repairs.append(repair)
        if repair is None:
            raise ProviderRefused(["schema: no JSON"], "nonsense")
        return analysis(), Usage(provider="p")

    result = attempt(Step.ANALYSIS, ask, lambda _: None)
    assert result.answer == analysis()
    assert repairs == [None, Repair("nonsense", ("schema: no JSON",))]
    assert (result.run.tries, result.run.violations, result.run.provider) == (2, ["schema: no JSON"], "p")
    assert not result.run.at_first_try


def test_what_cannot_be_repaired_gives_no_answer() -> None:
    def ask(repair: Repair | None) -> tuple[VideoAnalysis, Usage]:
        raise ProviderRefused(["blocked: by the service"])

    result = attempt(Step.ANALYSIS, ask, lambda _: None)
    assert (result.answer, result.run.tries) == (None, 1)


def test_what_calls_cost_goes_on_record_also_of_those_that_failed() -> None:
    def ask(repair: Repair | None) -> tuple[VideoAnalysis, Usage]:
        ledger.add(ModelCall(purpose="analysis", model="m", cost_usd=0.25), "quick")
        raise ProviderError("broken connection")

    run = attempt(Step.ANALYSIS, ask, lambda _: None).run
    assert (run.calls, run.cost_usd) == (1, 0.25)


def test_vectors_of_another_model_are_not_searched(database: Database) -> None:
    class Other(Quick):
        model = "other-1"

    assert not Library(Other(), database).searchable


def test_an_embedder_that_fails_leaves_the_coach_its_own_principle(
    script: quick_providers.Script, database: Database
) -> None:
    class Away(Quick):
        def embed_query(self, text: str) -> Vector:
            raise ProviderError("overloaded")

    script.fault = SMOKE
    run = Coach(PROVIDERS, Library(Away(), database)).coach(case())
    retrieval = next(step for step in run.steps if step.step is Step.RETRIEVAL)
    assert retrieval.error == "ProviderError: overloaded"
    assert run.principles == ["smoke-is-the-limit"]
    assert run.narration is not None
