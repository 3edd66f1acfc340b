"""The API as an app of its own: its errors are problem details, its document is /api/openapi.json."""

from fastapi import FastAPI

from liff.api import chat, dishes, events, learner_state, onboarding, sessions, sign_in, uploads
from liff.api.document import answer_wrong_methods, complete, operation_id
from liff.api.events import answer_when_over
from liff.api.once import answer_replays
from liff.parts import Parts
from liff.problems import RESPONSES, answer_with_problems

ROUTERS = (
    sign_in.router,
    onboarding.router,
    dishes.router,
    sessions.router,
    events.router,
    chat.router,
    learner_state.router,
    uploads.router,
)


def make_api(parts: Parts) -> FastAPI:
    api = FastAPI(
        title="Moment",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=RESPONSES,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    api.state.parts = parts
    for router in ROUTERS:
        api.include_router(router)
    answer_with_problems(api)
    answer_wrong_methods(api)
    answer_replays(api)
    answer_when_over(api)
    complete(api)
    return api
