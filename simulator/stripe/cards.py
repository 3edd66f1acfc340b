"""Stripe's test cards (docs.stripe.com/testing, docs.stripe.com/billing/testing)."""

from dataclasses import dataclass
from typing import Literal

Use = Literal["on_session", "off_session"]


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str | None
    message: str

    @property
    def words(self) -> str:
        """What the page tells who pays."""
        return _WORDS.get(self.decline_code or self.code, _WORDS["card_declined"])


CARD_DECLINED = Decline("card_declined", "generic_decline", "Your card was declined.")
INSUFFICIENT_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
EXPIRED = Decline("expired_card", None, "Your card has expired.")
WRONG_CVC = Decline("incorrect_cvc", None, "Your card's security code is incorrect.")
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)
_WORDS = {
    "card_declined": "カードが拒否されました。別のカードをお試しください。",
    "insufficient_funds": "カードの残高が足りません。別のカードをお試しください。",
    "expired_card": "カードの有効期限が切れています。別のカードをお試しください。",
    "incorrect_cvc": "セキュリティコードが正しくありません。もう一度ご確認ください。",
    "payment_intent_authentication_failure": "本人認証ができませんでした。もう一度試すか、別のカードをお使いください。",
}


@dataclass(frozen=True)
class TestCard:
    """`setup` is whether it lets itself be saved, `charge` what a payment meets.

    `authenticates` is when the cardholder must be asked: never, whenever they are there, or each time.
    """

    __test__ = False

    number: str
    name: str  # of the payment method that stands for it in code
    brand: str = "visa"
    setup: Decline | None = None
    charge: Decline | None = None
    authenticates: Literal["never", "on_session", "always"] = "never"
    is_disputed: bool = False  # its holder denies each payment afterwards

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def asks(self, use: Use) -> bool:
        return self.authenticates == "always" or (self.authenticates == "on_session" and use == "on_session")


CARDS = (
    TestCard("4242424242424242", "pm_card_visa"),
    TestCard("5555555555554444", "pm_card_mastercard", "mastercard"),
    TestCard("3566002020360505", "pm_card_jcb", "jcb"),
    TestCard("378282246310005", "pm_card_amex", "amex"),
    TestCard("4000000000000341", "pm_card_chargeCustomerFail", charge=CARD_DECLINED),
    TestCard("4000000000000002", "pm_card_visa_chargeDeclined", setup=CARD_DECLINED, charge=CARD_DECLINED),
    TestCard(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        setup=INSUFFICIENT_FUNDS,
        charge=INSUFFICIENT_FUNDS,
    ),
    TestCard("4000000000000069", "pm_card_chargeDeclinedExpiredCard", setup=EXPIRED, charge=EXPIRED),
    TestCard("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", setup=WRONG_CVC, charge=WRONG_CVC),
    TestCard("4000000000000259", "pm_card_createDispute", is_disputed=True),
    # Asks when it is saved or used by who is there; what was set up so is charged alone.
    TestCard("4000002500003155", "pm_card_authenticationRequiredOnSetup", authenticates="on_session"),
    # Asks each time, so that renewals end in invoice.payment_action_required.
    TestCard("4000002760003184", "pm_card_authenticationRequired", authenticates="always"),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_NAME = {card.name: card for card in CARDS}


def card_of(number: str) -> TestCard | None:
    """Of what was typed, blanks and hyphens included. None for what is no test card."""
    return BY_NUMBER.get("".join(filter(str.isdigit, number)))
