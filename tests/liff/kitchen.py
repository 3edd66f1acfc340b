"""Cooks as rows, in any state that the pipeline may leave them in: pages only read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base.catalogue import load
from models.coaching import (
    CoachingCut,
    CoachingText,
    CookingEvent,
    MemoAnswer,
    RetrievedPrinciple,
    VideoAnalysis,
)
from models.dish import Dish
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession, SessionStatus
from models.user import User
from storage.keys import coaching_video_key, new_media_key, preview_key
from tests.consents import consent_of
from tests.liff.conftest import Site

PRINCIPLE = "preheat-until-ready"
CUT = CoachingCut(seconds=10, intro_seconds=6, intro_stretch=0.5)
ANALYSIS = VideoAnalysis(
    cooking_events=[
        CookingEvent(t="0:01", t_seconds=1, event="フライパンに油が入りました"),
        CookingEvent(t="0:05", t_seconds=5, event="卵が入り、ふちから固まりはじめました"),
        CookingEvent(t="0:10", t_seconds=10, event="ご飯が入り、音が低くなりました"),
    ],
    key_moment_timestamp="0:05",
    key_moment_seconds=5,
    diagnosis="卵に火が入りすぎてから、ご飯を入れていました。",
    fault="egg_set_early",
)
COACHING = CoachingText(
    mondaiten="ゆうこさん、卵がかたまりきってからご飯を入れていました。卵の膜がご飯にまとわず、粒が離れにくくなります。",
    skill="卵は余熱でも固まります。やわらかいうちにご飯と合わせると、油と卵が粒を包みます。",
    next_action="卵のふちがふくらみ、中央がとろりと揺れているうちに、ご飯をのせてください。",
    success_sign="ご飯が淡い黄色に染まり、ひと粒ずつつやが見えれば成功です。",
    praise="ゆうこさん、火を落とさずに最後まで手を動かせていました。",
    comparison="前回より、ご飯を広げるのが早くなりましたね。",
    stop_cue="粒がさらさら動き、香ばしい香りが立ったら、火を止めましょう。",
    safety="油から煙が立ったら、すぐ火を止め、おさまるまで離れずに待ちましょう。",
    memo_answers=[
        MemoAnswer(
            question="パラパラにするにはどうすればいいですか。",
            answer="卵がやわらかいうちに、ご飯を入れましょう。",
        )
    ],
    principle_ids=[PRINCIPLE],
)
RATINGS = {"appearance": 3, "taste": 4, "texture": 2, "aroma": 5}


@dataclass(frozen=True)
class Kitchen:
    """One learner's cooks, written straight into the site's database and store."""

    site: Site
    user_id: int

    @classmethod
    def of(cls, site: Site, client: httpx.Client) -> "Kitchen":
        return cls(site, int(client.get("/api/auth/me").json()["id"]))

    def change(self, **values: Any) -> None:
        """Of the learner's own row."""
        with self.site.database.transaction() as db:
            user = db.get_one(User, self.user_id)
            for name, value in values.items():
                setattr(user, name, value)

    def cook(self, number: int = 1, *, dish: str = "fried-rice", **values: Any) -> int:
        """One that waits for its video; `values` are of its row."""
        with self.site.database.transaction() as db:
            return self._add(db, number, dish, **values).id

    def finished(self, number: int = 1, *, dish: str = "fried-rice", **values: Any) -> int:
        """With all that a cook can have."""
        with self.site.database.transaction() as db:
            session = self._add(db, number, dish)
            principle = load().principles[PRINCIPLE]
            found = RetrievedPrinciple(
                principle_id=principle.id,
                title=principle.title,
                text=principle.text,
                category=principle.category,
                score=0.8,
            )
            everything: dict[str, Any] = {
                "status": SessionStatus.COMPLETED,
                "self_ratings": RATINGS,
                "voice_transcript": "味はよかったです。パラパラにするにはどうすればいいですか。",
                "video_analysis": ANALYSIS.model_dump(),
                "retrieved_principles": [found.model_dump()],
                "coaching_text": COACHING.model_dump(),
                "coaching_cut": CUT.model_dump(),
                "coaching_video_gcs_path": coaching_video_key(session.id, 1),
                "coaching_preview_gcs_path": preview_key(session.id, 1),
            }
            for name, value in (everything | values).items():
                setattr(session, name, value)
            self.send(db, session, MediaKind.VIDEO, facts={"duration_seconds": 12.0})
            self.send(db, session, MediaKind.MEMO)
            return session.id

    def send(
        self,
        db: DbSession,
        session: CookingSession,
        kind: MediaKind,
        state: MediaState = MediaState.STORED,
        **values: Any,
    ) -> Media:
        media = Media(
            user_id=self.user_id,
            kind=kind,
            source=MediaSource.UPLOAD,
            object_key=new_media_key(kind),
            state=state,
            consent_id=consent_of(db, self.user_id),
            **values,
        )
        session.media.append(media)
        db.add(session)
        db.flush()
        return media

    def put(self, key: str, file: Path) -> None:
        """Into the site's store."""
        place = self.site.settings.objects_dir / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())

    def _add(self, db: DbSession, number: int, dish: str, **values: Any) -> CookingSession:
        dish_id = db.exec(select(Dish.id).where(Dish.slug == dish)).one()
        session = CookingSession(user_id=self.user_id, dish_id=dish_id, session_number=number, **values)
        db.add(session)
        db.flush()
        return session
