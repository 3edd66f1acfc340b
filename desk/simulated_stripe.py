"""What the double of Stripe and our side agree on when no Stripe account is named. Good for this desk only."""

from pathlib import Path

from pydantic import SecretStr

from settings import Seller, Settings
from simulator.stripe.config import EndpointConfig, PriceConfig, StripeConfig

PRICE = PriceConfig()
_KEY = "sk_test_desk"
_WEBHOOK_SECRET = "whsec_desk"  # noqa: S105 - of nobody's account
# The page of the law shows where each goes; nobody of this name exists.
SELLER = Seller(
    name="（事業者名）",
    representative="（代表者名）",
    address="（所在地）",
    phone="（電話番号）",
    email="support@example.com",
)


def with_stripe(settings: Settings, stripe_url: str) -> Settings:
    """Our side."""
    return settings.change(
        stripe_key=SecretStr(_KEY),
        stripe_price=PRICE.id,
        stripe_webhook_secrets=[SecretStr(_WEBHOOK_SECRET)],
        stripe_api_url=stripe_url,
        plan_yen=PRICE.unit_amount,
        seller=SELLER,
    )


def stripe_config(web_url: str, data_dir: Path) -> StripeConfig:
    """The double's side of `with_stripe`. Its objects and clock are kept in `data_dir`."""
    endpoint = EndpointConfig(url=f"{web_url}/webhooks/stripe", secret=_WEBHOOK_SECRET)
    return StripeConfig(
        secret_key=_KEY,
        prices=[PRICE],
        endpoints=[endpoint],
        terms_url=f"{web_url}/plan/terms",
        data_dir=data_dir,
    )


def serve(config: StripeConfig, port: int) -> None:
    """Stripe on this port, until it is told to stop."""
    from simulator.stripe.server import make_server

    make_server(config, port).run()
