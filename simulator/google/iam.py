"""The OAuth token endpoint, and IAM Credentials' signBlob."""

import base64

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.google.errors import GoogleError, invalid
from simulator.google.identity import TOKEN_SECONDS, InvalidAssertionError, check_bearer, decode_base64
from simulator.google.requests import google_of, json_body
from simulator.http.errors import OAuthError

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523


async def token(request: Request) -> Response:
    google = google_of(request)
    form = await request.form()
    if form.get("grant_type") != JWT_BEARER:
        raise OAuthError(400, "unsupported_grant_type", "Invalid grant_type")
    try:
        access_token = google.account.token_for(
            str(form.get("assertion", "")), f"{google.base_url}/token", google.clock.now_ms()
        )
    except InvalidAssertionError as error:
        raise OAuthError(400, "invalid_grant", str(error)) from error
    return JSONResponse({"access_token": access_token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"})


async def sign_blob(request: Request) -> Response:
    google = google_of(request)
    check_bearer(request, google.account, google.clock.now_ms())
    if request.path_params["email"] != google.account.email:
        raise GoogleError(404, "Not found; Gaia id not found for email " + request.path_params["email"])
    payload = decode_base64(json_body(request).get("payload"))
    if payload is None:
        raise invalid("Invalid value at 'payload' (TYPE_BYTES), Base64 decoding failed")
    signature = base64.b64encode(google.account.sign(payload)).decode()
    return JSONResponse({"keyId": google.account.key_id, "signedBlob": signature})


routes = [
    Route("/token", token, methods=["POST"]),
    Route("/v1/projects/-/serviceAccounts/{email}:signBlob", sign_blob, methods=["POST"]),
]
