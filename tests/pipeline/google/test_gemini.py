"""One question to Gemini: every way in which it can go wrong, and what becomes of it."""

import gc
import logging
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from google.genai import types
from pydantic import SecretStr

from errors import is_outage
from models.coaching import ModelCall
from pipeline.checks.answer import check_answer
from pipeline.providers import ledger
from pipeline.providers.google import gemini
from pipeline.providers.google.clients import gemini_client
from pipeline.providers.google.gemini import (
    CutOff,
    Gemini,
    KeyRefused,
    NotAccepted,
    Question,
    QuotaExhausted,
    Unavailable,
)
from pipeline.providers.google.schemas import Reply
from pipeline.providers.ports import ProviderRefused, Repair
from settings import Settings
from simulator.google.client import GoogleDesk
from simulator.google.log import Crossing
from storage.google_credentials import GoogleCredentials
from tests.pipeline.google.kitchen import question

ANSWER = "音が変わったら、返しましょう。"
ASK = Question("answers.v1", "You are a coach.", [types.Part(text="The question:\n⟦なぜ⟧")], Reply)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.01)


def make_model(settings: Settings) -> Gemini:
    client = gemini_client(settings, GoogleCredentials(settings.google_key_file))
    return Gemini(client, settings.gemini_model, settings, settings.gemini_fallback_model)


@pytest.fixture
def model(google_settings: Settings) -> Iterator[Gemini]:
    """Its sockets end with the test: left to a collection, they would be found in another."""
    model = make_model(google_settings)
    yield model
    model.client.close()


def requests(google: GoogleDesk) -> list[Crossing]:
    return google.log(verb="gemini.streamGenerateContent")


def test_an_answer_comes_parsed_with_its_call_in_the_ledger(google: GoogleDesk, model: Gemini) -> None:
    google.answer({"answer": ANSWER}, match="answer")
    with ledger.collect() as calls:
        assert model.ask(ASK).answer == ANSWER
    (call,) = calls
    assert (call.purpose, call.model, call.outcome) == ("answers.v1", "gemini-3.8-flash", "ok")
    assert call.answered_by == "gemini-3.8-flash"
    assert call.input_tokens["TEXT"] > 0
    assert call.output_tokens > 0
    assert call.cost_usd > 0
    assert call.seconds > 0


def test_the_request_pins_version_thinking_safety_and_length(google: GoogleDesk, model: Gemini) -> None:
    before = len(requests(google))
    model.ask(ASK)
    (crossing,) = requests(google)[before:]
    config = crossing.request["generationConfig"]
    assert crossing.path == "/v1beta/models/gemini-3.8-flash:streamGenerateContent"
    assert config["thinkingConfig"] == {"thinkingLevel": "LOW"}
    assert config["maxOutputTokens"] == ASK.max_output_tokens
    assert {each["threshold"] for each in crossing.request["safetySettings"]} == {"BLOCK_ONLY_HIGH"}
    assert "temperature" not in config  # ignored by these models, refused by later ones


@pytest.mark.parametrize("kind", ["unavailable", "rate_limit", "cut", "not_json"])
def test_what_may_mend_is_tried_again_at_once(google: GoogleDesk, model: Gemini, kind: str) -> None:
    google.fault("gemini", kind, times=2, delay_seconds=0.01)  # type: ignore[arg-type]
    with ledger.collect() as calls:
        model.ask(ASK)
    assert [call.outcome for call in calls] == ["Unavailable", "Unavailable", "ok"]


def test_an_overload_that_lasts_is_given_back_to_the_stage(
    google: GoogleDesk, model: Gemini, google_settings: Settings
) -> None:
    google.fault("gemini", "unavailable")
    with ledger.collect() as calls, pytest.raises(Unavailable):
        model.ask(ASK)
    assert len(calls) == google_settings.gemini_attempts


def test_a_retry_waits_as_long_as_google_asks(
    google: GoogleDesk, model: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
    google.fault("gemini", "rate_limit", times=1, delay_seconds=7)
    model.ask(ASK)
    assert pauses == [7.0]


def test_a_hang_ends_with_its_timeout(google: GoogleDesk, google_settings: Settings) -> None:
    model = make_model(google_settings.change(gemini_timeout=timedelta(seconds=0.5), gemini_attempts=1))
    google.fault("gemini", "hang", times=1)
    with ledger.collect() as calls, pytest.raises(Unavailable):
        model.ask(ASK)
    assert calls[0].seconds < 5


def test_a_used_up_day_is_not_tried_again_but_asked_of_the_other_model(
    google: GoogleDesk, model: Gemini
) -> None:
    google.fault("gemini", "daily_quota", model="gemini-3.8-flash")
    with ledger.collect() as calls:
        model.ask(ASK)
    assert [(call.model, call.outcome) for call in calls] == [
        ("gemini-3.8-flash", "QuotaExhausted"),
        ("gemini-3.5-flash-lite", "ok"),
    ]


def test_two_used_up_days_are_given_back(google: GoogleDesk, model: Gemini) -> None:
    google.fault("gemini", "daily_quota")
    with pytest.raises(QuotaExhausted):
        model.ask(ASK)


def test_a_retired_model_is_named_and_not_tried_again(google: GoogleDesk, google_settings: Settings) -> None:
    with ledger.collect() as calls, pytest.raises(NotAccepted, match="404"):
        make_model(google_settings.change(gemini_model="gemini-3-flash")).ask(ASK)
    assert len(calls) == 1


def test_a_wrong_key_is_not_tried_again(google: GoogleDesk, model: Gemini) -> None:
    google.fault("gemini", "status", status=403, message="API key not valid")
    with ledger.collect() as calls, pytest.raises(NotAccepted, match="403"):
        model.ask(ASK)
    assert len(calls) == 1


def test_a_silent_swap_of_the_model_is_on_record_and_warned_of(
    google: GoogleDesk, model: Gemini, caplog: pytest.LogCaptureFixture
) -> None:
    google.fault("gemini", "model_swap")
    with ledger.collect() as calls, caplog.at_level(logging.WARNING):
        model.ask(ASK)
    assert calls[0].answered_by != "gemini-3.8-flash"
    assert "answered by" in caplog.text


def test_a_truncated_answer_is_asked_for_with_more_room_and_less_thought(
    google: GoogleDesk, google_settings: Settings
) -> None:
    google.fault("gemini", "truncated", times=1)
    before = len(requests(google))
    with ledger.collect() as calls:
        make_model(google_settings.change(gemini_thinking="HIGH")).ask(ASK)
    first, second = (crossing.request["generationConfig"] for crossing in requests(google)[before:])
    assert [call.outcome for call in calls] == ["CutOff", "ok"]
    assert second["maxOutputTokens"] == 2 * first["maxOutputTokens"]
    assert (first["thinkingConfig"], second["thinkingConfig"]) == (
        {"thinkingLevel": "HIGH"},
        {"thinkingLevel": "LOW"},
    )


def test_an_answer_that_runs_in_circles_is_cut_off_and_asked_for_once_more(
    google: GoogleDesk, model: Gemini
) -> None:
    google.fault("gemini", "number_loop")
    with ledger.collect() as calls, pytest.raises(CutOff):
        model.ask(ASK)
    assert [call.outcome for call in calls] == ["CutOff", "CutOff"]


def test_words_over_and_over_are_refused(google: GoogleDesk, model: Gemini) -> None:
    google.fault("gemini", "word_loop")
    with pytest.raises((CutOff, ProviderRefused)):
        check_answer(model.ask(ASK).answer, question())


# The client itself warns of a reason that is new to it.
@pytest.mark.filterwarnings("ignore:.* is not a valid FinishReason:UserWarning")
@pytest.mark.parametrize("kind", ["prompt_blocked", "safety", "no_candidates", "unknown_finish"])
def test_a_blocked_answer_is_refused_and_cannot_be_repaired(
    google: GoogleDesk, kind: str, google_settings: Settings
) -> None:
    google.fault("gemini", kind)  # type: ignore[arg-type]
    with pytest.raises((ProviderRefused, Unavailable)) as refusal:
        make_model(google_settings.change(gemini_attempts=1)).ask(ASK)
    assert getattr(refusal.value, "answer", "") == ""


def test_a_recitation_is_asked_for_once_more_in_own_words(google: GoogleDesk, model: Gemini) -> None:
    google.fault("gemini", "recitation", times=1)
    before = len(requests(google))
    model.ask(ASK)
    _, second = requests(google)[before:]
    assert gemini.REWORD in str(second.request["contents"])


def test_thoughts_that_leak_into_the_answer_are_refused(google: GoogleDesk, model: Gemini) -> None:
    google.fault("gemini", "thoughts_leak")
    with pytest.raises(ProviderRefused, match="schema"):
        model.ask(ASK)


def test_an_answer_of_another_shape_is_refused_with_what_is_wrong(google: GoogleDesk, model: Gemini) -> None:
    google.answer('{"answer": 3}', match="answer")
    with pytest.raises(ProviderRefused, match="schema: answer") as refusal:
        model.ask(ASK)
    assert refusal.value.answer == '{"answer": 3}'


def test_a_repair_is_another_turn_that_names_what_was_wrong(google: GoogleDesk, model: Gemini) -> None:
    before = len(requests(google))
    repair = Question(
        ASK.purpose, ASK.system, ASK.parts, Reply, repair=Repair("強火で3分です。", ["measurement: '3分'"])
    )
    model.ask(repair)
    (crossing,) = requests(google)[before:]
    question_turn, answer_turn, repair_turn = crossing.request["contents"]
    assert [turn["role"] for turn in (question_turn, answer_turn, repair_turn)] == ["user", "model", "user"]
    assert answer_turn["parts"][0]["text"] == "強火で3分です。"
    assert "measurement: '3分'" in repair_turn["parts"][0]["text"]


def test_one_client_serves_many_threads_and_outlives_a_collection(google: GoogleDesk, model: Gemini) -> None:
    with warnings.catch_warnings():  # of what other tests have left, which is theirs to say
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: model.ask(ASK), range(8)))
    assert len(answers) == 8


def test_a_call_outside_any_ledger_is_for_nobody(google: GoogleDesk, model: Gemini) -> None:
    model.ask(ASK)
    with ledger.collect() as calls:
        assert calls == []


def test_calls_of_other_threads_are_in_the_ledger_of_whoever_asked(google: GoogleDesk, model: Gemini) -> None:
    with ledger.collect() as calls, ThreadPoolExecutor(2) as pool:
        list(pool.map(ledger.in_this_context(model.ask), [ASK, ASK]))
    assert [type(call) for call in calls] == [ModelCall, ModelCall]


def test_the_promotional_price_ends_with_the_year() -> None:
    from datetime import date

    from pipeline.providers.google.prices import tokens

    def cost(day: date) -> float:
        return tokens("gemini-3.8-flash-001", 1_000_000, 0, 1_000_000, day)

    assert (cost(date(2026, 12, 31)), cost(date(2027, 1, 1))) == (4.5, 9.0)


def test_the_defaults_name_a_model_that_exists() -> None:
    assert Settings.model_fields["gemini_model"].default == "gemini-3.8-flash"
    assert Settings.model_fields["gemini_timeout"].default == timedelta(minutes=3)


def test_a_key_that_google_does_not_know_is_waited_for_as_an_outage(
    google: GoogleDesk, google_settings: Settings
) -> None:
    with pytest.raises(KeyRefused) as refused:
        make_model(google_settings.change(gemini_api_key=SecretStr("deleted"))).ask(ASK)
    assert is_outage(refused.value)
    assert make_model(google_settings).ask(ASK)
