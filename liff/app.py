"""This door's routes: the landing page, the plan's pages, /api, the pages under /liff, and what they load."""

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount

from liff.api.app import make_api
from liff.headers import policy_of_pages
from liff.pages.app import make_pages
from liff.pages.landing import landing_route
from liff.pages.plan import make_plan_pages
from liff.parts import Parts
from liff.problems import problem
from web.headers import SecurityHeaders
from web.origin import OriginGuard
from web.slashes import WithoutSlash


def liff_routes(parts: Parts) -> list[BaseRoute]:
    refusal = problem(403, "web.not_from_here")
    guard = Middleware(OriginGuard, origin=parts.settings.public_url, refusal=refusal)
    headers = Middleware(SecurityHeaders, policy=policy_of_pages(parts))
    middleware = [Middleware(WithoutSlash), guard, headers]
    return [
        landing_route(parts, [headers]),
        Mount("/plan", make_plan_pages(parts), middleware=[Middleware(WithoutSlash), headers]),
        Mount("/api", make_api(parts), middleware=middleware),
        Mount("/liff", make_pages(parts), middleware=[*middleware, Middleware(GZipMiddleware)]),
    ]
