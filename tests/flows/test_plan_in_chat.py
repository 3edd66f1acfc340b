"""The plan in the conversation: its card whatever is asked just then, the offer once, its news with their taps."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from knowledge_base import phrasebook, plan_talk
from knowledge_base.intents.kinds import Intent
from models.chat import ChatRoom, Message, MessageType, Topic
from models.dish import Dish
from models.flag import CoachFlag
from models.plan import PaidPeriod, Plan, PlanNews
from models.rules.next_step import Ask, next_step
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User
from services.outbox import queue_coaching_video
from services.plan import news
from services.plan.links import PlanLinks, PlanPage
from simulator.line.bubbles import actions_in
from simulator.line.client import Bubble, Learner
from storage.keys import coaching_video_key, preview_key
from tests.flows.steps import command, message_once, replies, send_video, wait_for_words, words
from tests.liff.kitchen import COACHING
from tests.quick_providers import script
from tests.selling import for_sale
from tests.system import WAIT, System, pick

DAY = datetime(2026, 12, 27, tzinfo=UTC)
PAUSED_AT = "analyze"
SETTINGS = for_sale("http://127.0.0.1:9")  # no page of Stripe's is opened here


def user_id_of(system: System, learner: Learner) -> int:
    with system.database.transaction() as db:
        return db.exec(select(User.id).where(User.line_user_id == learner.user_id)).one()


def has_plan(system: System, learner: Learner, status: SubscriptionStatus, **values: Any) -> int:
    user_id = user_id_of(system, learner)
    with system.database.transaction() as db:
        user = db.get_one(User, user_id)
        user.subscription_status, user.months_paid = status, 1
        facts: dict[str, Any] = {
            "customer_id": f"cus_{user_id}",
            "subscription_id": f"sub_{user_id}",
            "period_end": DAY,
        }
        db.add(Plan(user_id=user_id, **(facts | values)))
    return user_id


def trial(system: System, learner: Learner, status: SessionStatus = SessionStatus.COMPLETED) -> int:
    """Cooked and coached, as the pipeline leaves it."""
    user_id = user_id_of(system, learner)
    with system.database.transaction() as db:
        dish = db.exec(select(Dish).where(Dish.slug == "fried-rice")).one()
        session = CookingSession(
            user_id=user_id,
            dish_id=dish.id,
            session_number=1,
            status=status,
            coaching_text=COACHING.model_dump(),
            self_ratings=dict.fromkeys(("appearance", "taste", "texture", "aroma"), 4),
        )
        db.add(session)
        db.flush()
        session.coaching_video_gcs_path = coaching_video_key(session.id, 1)
        session.coaching_preview_gcs_path = preview_key(session.id, 1)
        return session.id


def send_coaching_video(system: System, session_id: int) -> None:
    with command(system) as db:
        queue_coaching_video(db, db.get_one(CookingSession, session_id))


def offers(system: System, learner: Learner) -> list[Message]:
    user_id = user_id_of(system, learner)
    with system.database.transaction() as db:
        mine = select(Message).join(ChatRoom, col(ChatRoom.id) == col(Message.chat_room_id))
        told = db.exec(mine.where(ChatRoom.user_id == user_id)).all()
    return [message for message in told if message.meta.get("topic") == Topic.PLAN_OFFER]


def links_of(bubble: Bubble) -> dict[str, str]:
    return {
        action["label"]: action["uri"] for action in actions_in(bubble.message) if action["type"] == "uri"
    }


def is_card(bubbles: list[Bubble]) -> bool:
    return [b.alt_text.split("\n")[0] for b in bubbles if b.alt_text] == [plan_talk.CARD_TITLE]


@pytest.mark.parametrize("word", ["プラン", "解約", "お休み！", "カード", "解約したいです", "月いくらですか"])
def test_the_card_comes_by_typing(shared: System, word: str) -> None:
    learner = shared.learner()
    before = script.calls.count("answer")
    assert is_card(replies(learner, lambda: learner.text(word)))
    assert script.calls.count("answer") == before, "no model is asked"


def test_the_card_comes_by_a_button_with_status_date_and_receipt(shared: System) -> None:
    learner = shared.learner()
    user_id = has_plan(shared, learner, SubscriptionStatus.ACTIVE)
    with shared.database.transaction() as db:
        for number, url in enumerate(("https://example.com/old", "https://example.com/new", "")):
            db.add(
                PaidPeriod(
                    user_id=user_id,
                    invoice_id=f"in_{user_id}_{number}",
                    customer_id=f"cus_{user_id}",
                    subscription_id=f"sub_{user_id}",
                    amount_yen=9_800,
                    starts_at=DAY,
                    ends_at=DAY,
                    paid_at=DAY.replace(day=1 + number),
                    receipt_url=url,
                )
            )
    (card,) = replies(learner, lambda: learner.postback("action=plan"))
    assert "次の更新日は12月27日です" in (card.alt_text or "")
    links = links_of(card)
    assert links[plan_talk.RECEIPT_LABEL] == "https://example.com/new"
    token = links[plan_talk.CANCEL_LABEL].split("t=")[1].split("&")[0]
    read = PlanLinks(shared.web_url, shared.settings.link_secrets).read(token)
    assert read == (user_id, PlanPage.CANCEL)


def test_while_a_memo_is_waited_for_the_card_is_shown_and_the_memo_stays_open(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    for text in ("プラン", "解約したいです"):
        assert is_card(replies(learner, lambda text=text: learner.text(text)))  # type: ignore[misc]
        assert phrasebook.MEMO_SKIP_LABEL in learner.thread().labels()
    session = shared.session(learner)
    assert (next_step(session).ask, session.voice_transcript) == (Ask.MEMO, "")


@pytest.mark.parametrize(
    "memo",
    [
        "今回お試しで弱火にしたら、ふっくらして美味しくできた",
        "コストコの会員をやめたのでバターなしで作った",
        "記録を消してしまったので、目分量で味をつけた",
        "無料でもらった玉ねぎを使いました",
    ],
)
def test_a_memo_that_uses_such_words_is_a_memo(shared: System, clip: Path, memo: str) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    assert phrasebook.MEMO_TEXT_RECEIVED in words(replies(learner, lambda: learner.text(memo)))
    assert shared.session(learner).voice_transcript == memo


def test_the_card_tells_of_the_free_session_till_it_is_used(shared: System) -> None:
    learner = shared.learner()
    assert plan_talk.TRIAL_NOTE in words(replies(learner, lambda: learner.text("プラン")))
    trial(shared, learner)
    assert plan_talk.TRIAL_NOTE not in words(replies(learner, lambda: learner.text("プラン")))


@pytest.mark.parametrize("text", ["2回請求されています", "決済できませんでした"])
def test_who_has_trouble_paying_gets_the_card_and_a_person_looks_at_it(shared: System, text: str) -> None:
    learner = shared.learner()
    answer = replies(learner, lambda: learner.text(text))
    assert plan_talk.TROUBLE in words(answer)
    assert is_card(answer)
    user_id = user_id_of(shared, learner)
    with shared.database.transaction() as db:
        (flag,) = db.exec(select(CoachFlag).where(CoachFlag.user_id == user_id)).all()
        assert flag.message_id is not None
        assert db.get_one(Message, flag.message_id).text == text
    assert flag.kind == Intent.COMPLAINT


def test_a_danger_goes_before(shared: System) -> None:
    learner = shared.learner()
    assert not is_card(replies(learner, lambda: learner.text("やけどした！解約したい")))


def test_help_names_the_plan(shared: System) -> None:
    learner = shared.learner()
    assert plan_talk.HELP in words(replies(learner, lambda: learner.text("ヘルプ")))


def test_the_offer_rides_on_the_trials_video_and_is_made_once(shared: System) -> None:
    learner = shared.learner()
    session_id = trial(shared, learner)
    send_coaching_video(shared, session_id)
    sent = message_once(shared, learner, MessageType.COACHING_VIDEO, lambda m: m.delivered_at)
    note, video, card = sent.line_body or []
    assert (note["type"], video["type"]) == ("text", "video")
    assert plan_talk.OFFER_TITLE in card["altText"]
    assert COACHING.next_action.partition("。")[0] in card["altText"]
    assert "チャーハンの1回目" in card["altText"]
    assert [offer.id for offer in offers(shared, learner)] == [sent.id]
    # From now on one sentence and the way.
    for act in (
        lambda: learner.text("料理を選ぶ"),
        lambda: learner.postback("action=dish&slug=beef-steak"),
    ):
        answer = replies(learner, act)
        assert words(answer) == phrasebook.TRIAL_USED
        assert plan_talk.SHOW_LABEL in learner.thread().labels()
    assert is_card(replies(learner, lambda: learner.tap(plan_talk.SHOW_LABEL)))
    assert len(offers(shared, learner)) == 1


def test_without_a_video_the_offer_comes_when_a_dish_is_asked_for(shared: System) -> None:
    learner = shared.learner()
    trial(shared, learner, SessionStatus.FAILED)
    (card,) = replies(learner, lambda: learner.text("料理を選ぶ"))
    assert COACHING.next_action.partition("。")[0] in (card.alt_text or "")
    assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == phrasebook.TRIAL_USED
    assert len(offers(shared, learner)) == 1


def test_while_the_video_is_on_its_way_the_offer_is_left_to_it(shared: System) -> None:
    learner = shared.learner()
    session_id = trial(shared, learner, SessionStatus.TEXT_READY)
    assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == phrasebook.TRIAL_USED
    assert offers(shared, learner) == []
    send_coaching_video(shared, session_id)
    message_once(shared, learner, MessageType.COACHING_VIDEO, lambda m: m.delivered_at)
    assert len(offers(shared, learner)) == 1


def test_who_has_paid_meanwhile_is_offered_nothing(shared: System) -> None:
    learner = shared.learner()
    session_id = trial(shared, learner)
    has_plan(shared, learner, SubscriptionStatus.ACTIVE)
    send_coaching_video(shared, session_id)
    sent = message_once(shared, learner, MessageType.COACHING_VIDEO, lambda m: m.delivered_at)
    assert len(sent.line_body or []) == 2
    assert offers(shared, learner) == []


@pytest.mark.parametrize(
    ("status", "key"),
    [(SubscriptionStatus.PAUSED, "plan_paused"), (SubscriptionStatus.CANCELLED, "plan_over")],
)
def test_who_rests_or_has_left_is_told_the_way_back(
    shared: System, status: SubscriptionStatus, key: str
) -> None:
    learner = shared.learner()
    trial(shared, learner)
    has_plan(shared, learner, status)
    for _ in range(2):
        assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == phrasebook.phrase(key)
        assert plan_talk.SHOW_LABEL in learner.thread().labels()
    assert phrasebook.phrase(key) in words(replies(learner, learner.sticker))
    replies(learner, lambda: learner.text("質問したい"))
    assert phrasebook.COOK_AGAIN_LABEL not in learner.thread().labels()
    assert offers(shared, learner) == []


def tell(system: System, user_id: int, kind: PlanNews) -> None:
    with command(system) as db:
        news.tell(db, db.get_one(User, user_id), db.get_one(Plan, user_id), kind)


def test_after_the_first_payment_a_dish_is_a_tap_away(shared: System) -> None:
    learner = shared.learner()
    trial(shared, learner)
    user_id = has_plan(shared, learner, SubscriptionStatus.ACTIVE)
    tell(shared, user_id, PlanNews.STARTED)
    assert wait_for_words(learner, "お支払いを確認しました").via == "push"
    answer = replies(learner, lambda: learner.tap(phrasebook.CHOOSE_LABEL))
    assert any(phrasebook.CHOOSE_DISH_ALT in (bubble.alt_text or "") for bubble in answer)


def test_a_payment_that_failed_is_told_with_the_invoices_page(shared: System) -> None:
    learner = shared.learner()
    page = "https://example.com/invoice"
    user_id = has_plan(
        shared, learner, SubscriptionStatus.PAST_DUE, due_invoice_id="in_9", due_invoice_url=page
    )
    tell(shared, user_id, PlanNews.PAYMENT_FAILED)

    def told(_: object) -> list[Bubble]:
        return [b for b in learner.thread().of_type("flex") if "通りませんでした" in (b.alt_text or "")]

    (bubble,) = learner.wait_for(told, WAIT, what="the news")
    assert links_of(bubble) == {plan_talk.PAY_LABEL: page}
    assert phrasebook.CHOOSE_LABEL in learner.thread().labels()
