"""What the simulator and the bot agree on when no LINE account is named. Good for this desk only."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr

from settings import LineChannel, Room
from simulator.line.config import ChannelConfig, LiffApp, LineConfig, Person

PORT = 8080
LOGIN_CHANNEL_ID = "2000000099"
LOGIN_CHANNEL_SECRET = SecretStr("desk-secret-of-the-login-channel")
# Signs in at the console, learns nothing: the same at each start, as our rows of them stay.
COACH_ID = "Uc0ac" + "0" * 28
COACH_NAME = "担当コーチ"
LIFF_ID = f"{LOGIN_CHANNEL_ID}-desk"
LIFF_UPLOAD_ID = f"{LOGIN_CHANNEL_ID}-deskupload"
LIFF_COMPANION_ID = f"{LOGIN_CHANNEL_ID}-deskcompanion"

Accounts = Mapping[str, Sequence[Room]]  # by name, the rooms each carries
ONE_ACCOUNT: Accounts = {"moment": ("cooking_videos", "coaching")}


def channels(accounts: Accounts = ONE_ACCOUNT, *, long_lived: bool = True) -> list[LineChannel]:
    """Our side. Without `long_lived` their tokens are stateless."""
    return [
        LineChannel(
            name=name,
            channel_id=f"200000000{number}",
            channel_secret=SecretStr(_secret(name)),
            access_token=SecretStr(_token(name)) if long_lived else None,
            rooms=list(rooms),
        )
        for number, (name, rooms) in enumerate(accounts.items(), start=1)
    ]


def simulator_config(
    web_url: str,
    media_dir: Path,
    accounts: Accounts = ONE_ACCOUNT,
    redelivery_delays_seconds: Sequence[float] | None = None,
    friends: Sequence[Person] = (),
) -> LineConfig:
    """The simulator's side of `channels`."""
    config = LineConfig(
        channels=[
            ChannelConfig(
                name=name,
                display_name="Moment" if len(accounts) == 1 else name,
                channel_id=f"200000000{number}",
                channel_secret=_secret(name),
                access_token=_token(name),
                bot_user_id=f"U{number:032x}",
                webhook_url=f"{web_url}/webhooks/line/{name}",
            )
            for number, name in enumerate(accounts, start=1)
        ],
        login_channel_id=LOGIN_CHANNEL_ID,
        login_channel_secret=LOGIN_CHANNEL_SECRET.get_secret_value(),
        login_callback_urls=[f"{web_url}/console/callback"],
        login_people=[Person(user_id=COACH_ID, display_name=COACH_NAME)],
        friends=list(friends),
        liff_apps=_liff_apps(web_url),
        media_dir=media_dir,
    )
    if redelivery_delays_seconds is None:
        return config
    return config.model_copy(update={"redelivery_delays_seconds": list(redelivery_delays_seconds)})


def _liff_apps(web_url: str) -> list[LiffApp]:
    """LINE minimizes only pages that may not write into the chat, and uploads must go on meanwhile; a call takes the whole
    screen."""
    return [
        LiffApp(
            liff_id=LIFF_ID,
            name="Moment",
            endpoint_url=f"{web_url}/liff/",
            size="tall",
            scopes=["profile", "openid", "chat_message.write"],
        ),
        LiffApp(
            liff_id=LIFF_UPLOAD_ID,
            name="Moment",
            endpoint_url=f"{web_url}/liff/upload/",
            size="full",
            scopes=["profile", "openid"],
        ),
        LiffApp(
            liff_id=LIFF_COMPANION_ID,
            name="Moment",
            endpoint_url=f"{web_url}/liff/companion/",
            size="full",
            scopes=["profile", "openid"],
        ),
    ]


def serve(config: LineConfig, port: int) -> None:
    """LINE on this port, until it is told to stop."""
    from simulator.line.server import make_server

    make_server(config, port).run()


def _secret(name: str) -> str:
    return f"desk-secret-of-{name}"


def _token(name: str) -> str:
    return f"desk-token-of-{name}"
