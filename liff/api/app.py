"""The API as an app of its own: its errors are problem details, its document is /api/openapi.json."""

from fastapi import FastAPI

from liff.api import sign_in, uploads
from liff.parts import Parts
from liff.problems import RESPONSES, answer_with_problems

ROUTERS = (sign_in.router, uploads.router)


def make_api(parts: Parts) -> FastAPI:
    api = FastAPI(
        title="Moment",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=RESPONSES,
        redirect_slashes=False,
    )
    api.state.parts = parts
    for router in ROUTERS:
        api.include_router(router)
    answer_with_problems(api)
    return api
