"""Logging in to a Home Assistant over its REST API, as its frontend does."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from .home_assistant import CallError

LANGUAGE: Final = "en"

type Send = Callable[..., Awaitable[Any]]


async def access_token(send: Send, url: str, username: str, password: str) -> str:
    """Make the first user of a fresh Home Assistant, or log in as it; return a token.

    `send` takes a method, a path and what aiohttp takes besides; it returns the JSON of the
    answer and raises CallError.
    """
    client_id = f"{url}/"
    user = {"username": username, "password": password}
    log_in = _first_user if await _is_fresh(send) else _known_user
    fields = {
        "grant_type": "authorization_code",
        "code": await log_in(send, client_id, user),
        "client_id": client_id,
    }
    answer = await send("POST", "/auth/token", data=fields)
    token: str = answer["access_token"]
    return token


async def _is_fresh(send: Send) -> bool:
    """Return if nobody has ever logged in here."""
    try:
        steps = await send("GET", "/api/onboarding")
    except CallError:
        # Home Assistant offers it no more once it has started after that.
        return False
    return any(one["step"] == "user" and not one["done"] for one in steps)


async def _first_user(send: Send, client_id: str, user: dict[str, str]) -> str:
    """Make the user of a fresh Home Assistant; return an authorisation code."""
    fields = {"name": "Demo", **user, "client_id": client_id, "language": LANGUAGE}
    answer = await send("POST", "/api/onboarding/users", json=fields)
    code: str = answer["auth_code"]
    return code


async def _known_user(send: Send, client_id: str, user: dict[str, str]) -> str:
    """Log in as a user; return an authorisation code."""
    start = {
        "client_id": client_id,
        "handler": ["homeassistant", None],
        "redirect_uri": client_id,
    }
    flow = await send("POST", "/auth/login_flow", json=start)
    path = f"/auth/login_flow/{flow['flow_id']}"
    answer = await send("POST", path, json={"client_id": client_id, **user})
    code: str = answer["result"]
    return code
