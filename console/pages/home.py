"""Where a coach arrives: at the threads that need somebody."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from console.identity import SignedInCoach
from console.pages.threads import threads
from console.parts import Reading

router = APIRouter()


@router.get("/")
async def home(request: Request, asker: SignedInCoach, db: Reading) -> HTMLResponse:
    return await threads(request, asker, db)
