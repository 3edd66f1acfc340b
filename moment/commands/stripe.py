"""The account at Stripe, from an operator's side."""

from typing import TYPE_CHECKING

from moment.commands.call import Call
from moment.commands.operation import JAPAN
from moment.errors import CommandFailed
from settings import ConfigurationError, Settings, variable

if TYPE_CHECKING:
    from models.plan import PaymentIncident
    from payments.setup import Setup

SECRETS = variable("stripe_webhook_secrets")


def stripe(call: Call) -> int:
    return {"setup": setup, "incidents": incidents}[call.options.action](call)


def setup(call: Call) -> int:
    """The settings on standard output, as an .env file has them; what was done beside it."""
    from desk.console import say
    from moment.plan_account import wanted_account
    from payments.client import make_client, told
    from payments.port import PaymentsError
    from payments.setup import AccountSetup

    settings = call.settings
    _refuse_address(settings)
    try:
        made = AccountSetup(make_client(settings), wanted_account(settings)).run()
    except PaymentsError as error:
        raise CommandFailed(": ".join(told(error))) from error
    for change in made.changes or ["nothing to change"]:
        say(change)
    for line in _settings_lines(made):
        print(line)  # noqa: T201 - the command's data
    for hint in _hints(made, settings):
        say(hint)
    return 0


def _refuse_address(settings: Settings) -> None:
    """Raises ConfigurationError for an address at which Stripe itself finds nobody."""
    if settings.stripe_api_url is None and not settings.public_url.startswith("https://"):
        problem = f"must be the https address at which Stripe reaches `moment web`, not {settings.public_url}"
        raise ConfigurationError(f"{variable('public_url')} {problem}")


def _settings_lines(made: "Setup") -> list[str]:
    lines = [f"{variable('stripe_price')}={made.price_id}", f"{variable('stripe_portal')}={made.portal_id}"]
    if made.secret is not None:
        lines.append(f'{SECRETS}=["{made.secret.get_secret_value()}"]')
    return lines


def _hints(made: "Setup", settings: Settings) -> list[str]:
    roll = (
        f"The webhook's secret is shown only when it is made. To get another: Dashboard › Developers › Webhooks › "
        f"{made.endpoint_id} › Roll secret; put it before the old one in {SECRETS} until the old one has run out."
    )
    fresh = "Start web anew with this secret. What Stripe sends meanwhile is refused, sent again, and found by the reconciler."
    terms = f"Dashboard › Settings › Public details › Terms of service: {settings.public_url}/plan/terms"
    once = f"Once, by hand: {terms} (without it Stripe makes no payment page)."
    return [roll if made.secret is None else fresh, once]


def incidents(call: Call) -> int:
    from services.plan.incidents import newest_incidents

    with call.resources() as resources, resources.database.transaction() as db:
        lines = [incident_line(incident) for incident in newest_incidents(db, call.options.count)]
    print("time in Japan", "kind", "at Stripe", "customer", sep="\t")  # noqa: T201 - the command's data
    for line in lines:
        print(line)  # noqa: T201
    return 0


def incident_line(incident: "PaymentIncident") -> str:
    time = f"{incident.created_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    return "\t".join([time, incident.kind, incident.stripe_id, incident.customer_id or "-"])
