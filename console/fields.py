"""Ids as addresses and forms name them: no larger than a row's can be."""

from typing import Annotated

from fastapi import Form, Path

MAX_ID = 2**31 - 1

UserId = Annotated[int, Path(ge=1, le=MAX_ID)]
CoachId = Annotated[int, Path(ge=1, le=MAX_ID)]
UserIdInForm = Annotated[int, Form(alias="user_id", ge=1, le=MAX_ID)]
CoachIdInForm = Annotated[int, Form(alias="coach_id", ge=1, le=MAX_ID)]
