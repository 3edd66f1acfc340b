"""Where a coach arrives."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from console.identity import SignedInCoach
from console.shell import render

router = APIRouter()


@router.get("/")
async def home(request: Request, asker: SignedInCoach) -> HTMLResponse:
    return render(request, "home.html", asker=asker)
