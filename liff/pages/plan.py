"""The plan's pages, open in any browser: our own links that lead on to Stripe's, where one comes back to, and what the law
wants said. Nobody signs in here: a link is signed, and says whose it is."""

import re
from asyncio import Semaphore
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from knowledge_base import plan_talk
from liff.pages.failures import answer_with_pages
from liff.pages.shell import render
from liff.parts import Parts, PartsOf
from logs.logger import get_logger
from payments.port import PaymentsError, PortalFlow
from services.plan.checkout import Destination
from services.plan.links import PlanPage

log = get_logger(__name__)

router = APIRouter()

# Whoever waits for Stripe holds a thread; the others' threads are theirs.
AT_ONCE = 8
_CHECKOUT_SESSION = re.compile(r"cs_[A-Za-z0-9_]{1,200}")  # Stripe docs: Checkout Session object, `id`

_LAW = (
    *("seller", "representative", "address", "phone", "email"),
    *("price", "other_costs", "payment", "payment_time", "delivery"),
    *("term", "pause", "cancel", "refund", "condition", "environment"),
)
_TERMS = (
    *("service", "coach", "safety", "plan", "pause", "cancel", "refund", "failed_payment"),
    *("recordings", "forbidden", "age", "stop", "liability", "changes", "contact"),
)

_PRIVACY = ("what", "consent", "use", "others", "keep", "yours", "contact")


def make_plan_pages(parts: Parts) -> FastAPI:
    pages = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    pages.state.parts = parts
    pages.state.turns = Semaphore(AT_ONCE)
    pages.include_router(router)
    answer_with_pages(pages, parts, "plan_failed.html", "plan", lambda: _way_back(parts))
    return pages


@router.get("/checkout")
@router.get("/portal")
async def open_page(request: Request, parts: PartsOf, t: str = "") -> Response:
    """To the page of Stripe's that the link is for. Raises PlanLinkOver, TooOften, and what PlanPages raises."""
    user_id, page = parts.shop.links.read(t)
    await parts.limits.count(user_id, reads=False)
    async with request.app.state.turns:
        destination = await run_in_threadpool(_destination, parts, user_id, page)
    if destination.url is None:
        words = "has_plan" if destination.has_plan else "thanks"
        return await run_in_threadpool(_message, parts, words)
    return RedirectResponse(destination.url, 303)


@router.get("/thanks")
async def thanks(request: Request, parts: PartsOf, session: str = "") -> Response:
    """Anybody may open it: it proves nothing, and only has the customer read anew."""
    if _CHECKOUT_SESSION.fullmatch(session):
        async with request.app.state.turns:
            await run_in_threadpool(parts.plan.refresh_after, session)
    return await run_in_threadpool(_message, parts, "thanks")


@router.get("/done")
def done(parts: PartsOf) -> Response:
    """Back from the portal, or from a payment that was not made."""
    return _message(parts, "done")


@router.get("/law")
def law(parts: PartsOf) -> Response:
    seller = parts.settings.seller
    if seller is None:
        raise HTTPException(404)
    facts = seller.model_dump() | _facts(parts)
    return render(parts, "plan_law.html", words="law", items=_LAW, facts=facts)


@router.get("/terms")
def terms(parts: PartsOf) -> Response:
    seller = parts.settings.seller
    facts = _facts(parts) | {"email": seller.email if seller else ""}
    return render(
        parts, "plan_terms.html", words="terms", items=_TERMS, facts=facts, has_law=seller is not None
    )


@router.get("/privacy")
def privacy(parts: PartsOf) -> Response:
    seller, settings = parts.settings.seller, parts.settings
    facts = {
        "email": seller.email if seller else "",
        "footage_days": str(settings.footage_kept.days),
        "inbox_days": str(settings.inbox_kept.days),
        "speech_days": str(settings.speech_kept.days),
    }
    return render(
        parts, "plan_terms.html", words="privacy", items=_PRIVACY, facts=facts, has_law=seller is not None
    )


def _destination(parts: Parts, user_id: int, page: PlanPage) -> Destination:
    try:
        if page is PlanPage.CHECKOUT:
            return parts.plan.checkout(user_id)
        return parts.plan.portal(user_id, PortalFlow(page))
    except PaymentsError as error:
        # The learner can only try again; what is wrong is an operator's to see.
        log.warning("no page of Stripe's", page=page, reason=type(error).__name__, problem=str(error))
        raise


def _message(parts: Parts, name: str) -> Response:
    return render(parts, "plan_message.html", words="plan", name=name, **_way_back(parts))


def _way_back(parts: Parts) -> dict[str, Any]:
    """LINE may be asked for it: not in the event loop."""
    return {"friend_url": parts.friend_link.url()}


def _facts(parts: Parts) -> dict[str, str]:
    return {"price": plan_talk.price(parts.shop.yen), "gives": plan_talk.gives()}
