"""Where a learner pays, and where they see to their plan: pages of Stripe's, asked for when our own link is opened."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs.inbox import store_events
from jobs.queue import Job, JobQueue
from knowledge_base import plan_talk
from models.base import database_now
from models.database import Database
from models.plan import Checkout, Plan
from models.user import SubscriptionStatus, User
from payments.port import LIVING, CheckoutOrder, CheckoutState, Payments, PaymentsRefused, PortalFlow
from services.plan.hints import refresh_row
from services.plan.links import PlanLinkOver
from services.plan.state import living_subscriptions

# Stripe takes 30 minutes to 24 hours (API reference: Create a Checkout Session, expires_at).
CHECKOUT_LIFE = timedelta(hours=23)
SHORTEST_LIFE = timedelta(minutes=31)


class NotForSale(MomentError):
    """No payments are set up."""

    words = "plan_not_for_sale"
    fix = 'see README, "Going live on Stripe"'


@dataclass(frozen=True)
class Destination:
    """Where a link of ours leads: a page of Stripe's, or None once the payment is made and only to be confirmed, or where
    the plan lives already: `has_plan`."""

    url: str | None
    has_plan: bool = False


@dataclass(frozen=True)
class PlanPages:
    database: Database
    queue: JobQueue
    payments: Payments | None
    public_url: str

    def checkout(self, user_id: int) -> Destination:
        """The page on which the plan is paid: the same one while it is open. Never the portal: a link to pay lives for weeks,
        and whoever it was passed on to could cancel there.

        Raises NotForSale, PlanLinkOver, PaymentsError.
        """
        customer_id, is_living = self._customer(user_id)
        if is_living:
            self.refresh(customer_id)  # should it be over meanwhile, the next who asks may pay
            return Destination(None, has_plan=True)
        checkout = self._open_row(user_id)
        if checkout.session_id is not None:
            match self._payments.checkout_state(checkout.session_id):
                case CheckoutState.OPEN:
                    return Destination(checkout.url)
                case CheckoutState.COMPLETE if self._has_plan(customer_id):
                    self.refresh(customer_id)
                    return Destination(None)
            self._close(checkout.id)
            checkout = self._open_row(user_id)
        try:
            return self._make_page(checkout, customer_id)
        except PaymentsRefused:  # perhaps only that its key was used for other words or another price
            return self._make_page(self._open_row(user_id), customer_id)

    def portal(self, user_id: int, flow: PortalFlow) -> Destination:
        """The portal's page for this, or its front page where the plan is not in a state for it; the payment page for who
        never paid.

        Raises NotForSale, PlanLinkOver, PaymentsError.
        """
        with self.database.transaction() as db:
            user = _learner(db, user_id)
            plan = db.get(Plan, user_id)
            flow = _possible(flow, user, plan)
        if plan is None or plan.subscription_id is None:
            return self.checkout(user_id)
        try:
            return self._portal_page(plan, flow)
        except PaymentsRefused:
            if flow is PortalFlow.FRONT:
                raise
            return self._portal_page(plan, PortalFlow.FRONT)  # the plan has changed since we last read it

    def refresh(self, customer_id: str) -> None:
        """The customer is read anew, without waiting for Stripe's event."""
        with self.database.transaction() as db:
            row = refresh_row(customer_id, database_now(db))
        subjects = store_events(self.database, [row])
        if subjects:
            self.queue.nudge(Job.HANDLE_EVENTS, *subjects)

    def refresh_after(self, session_id: str) -> None:
        """Of a payment page of ours that its learner comes back from; of any other nothing is done."""
        with self.database.transaction() as db:
            paid = select(Plan.customer_id).join(Checkout, col(Checkout.user_id) == col(Plan.user_id))
            customer_id = db.exec(paid.where(Checkout.session_id == session_id)).first()
        if customer_id is not None:
            self.refresh(customer_id)

    def _portal_page(self, plan: Plan, flow: PortalFlow) -> Destination:
        back = f"{self.public_url}/plan/done"
        return Destination(self._payments.open_portal(plan.customer_id, flow, plan.subscription_id, back))

    def _has_plan(self, customer_id: str) -> bool:
        """At Stripe, now: a page that was paid may be of a plan that has ended since."""
        customer = self._payments.customer(customer_id)
        return customer is not None and bool(living_subscriptions(customer.subscriptions))

    @property
    def _payments(self) -> Payments:
        if self.payments is None:
            raise NotForSale
        return self.payments

    def _customer(self, user_id: int) -> tuple[str, bool]:
        """The learner's customer at Stripe, made at first use and kept before any page is; whether their plan lives."""
        with self.database.transaction() as db:
            user = _learner(db, user_id)
            plan, name = db.get(Plan, user_id), user.first_name
            if plan is not None:
                is_living = plan.subscription_id is not None and user.subscription_status in LIVING
                return plan.customer_id, is_living
        customer_id = self._payments.create_customer(user_id, name)
        try:
            return self._keep_customer(user_id, customer_id), False
        except PlanLinkOver:
            self._payments.forget_customer(customer_id)  # no row tells of it
            raise

    def _keep_customer(self, user_id: int, customer_id: str) -> str:
        """The one that counts: another may have been faster. Raises PlanLinkOver."""
        with self.database.transaction() as db:
            _learner(db, user_id)
            plan = db.get(Plan, user_id)
            if plan is None:
                plan = Plan(user_id=user_id, customer_id=customer_id)
                db.add(plan)
            return plan.customer_id

    def _open_row(self, user_id: int) -> Checkout:
        """The learner's, made where there is none that could still be paid."""
        with self.database.transaction() as db:
            _learner(db, user_id)
            now = database_now(db)
            is_open = Checkout.user_id == user_id, col(Checkout.closed_at).is_(None)
            row = db.exec(select(Checkout).where(*is_open)).first()
            if row is not None and row.session_id is None and row.expires_at - now < SHORTEST_LIFE:
                row.closed_at = now  # whoever was to make its page died
                db.add(row)
                db.flush()
                row = None
            if row is None:
                row = Checkout(user_id=user_id, key=uuid4(), opened_at=now, expires_at=now + CHECKOUT_LIFE)
                db.add(row)
                db.flush()
                db.refresh(row)
            return row

    def _make_page(self, checkout: Checkout, customer_id: str) -> Destination:
        try:
            page = self._payments.open_checkout(str(checkout.key), self._order(checkout, customer_id))
        except PaymentsRefused:
            self._close(checkout.id)  # the same would be refused again
            raise
        with self.database.transaction() as db:
            _learner(db, checkout.user_id)  # who leaves meanwhile is not handed a page that nobody closes
            row = db.get_one(Checkout, checkout.id, with_for_update=True)
            row.session_id, row.url = page.session_id, page.url
            db.add(row)
            is_late = row.closed_at is not None  # a plan has begun meanwhile, and nobody has seen this page
        if not is_late:
            return Destination(page.url)
        self._payments.close_checkout(page.session_id)
        return self.checkout(checkout.user_id)

    def _order(self, checkout: Checkout, customer_id: str) -> CheckoutOrder:
        return CheckoutOrder(
            customer_id,
            checkout.user_id,
            checkout.expires_at,
            success_url=f"{self.public_url}/plan/thanks?session={{CHECKOUT_SESSION_ID}}",
            cancel_url=f"{self.public_url}/plan/done",
            note=plan_talk.CHECKOUT_NOTE,
            terms=plan_talk.checkout_terms(self.public_url),
        )

    def _close(self, checkout_id: int) -> None:
        with self.database.transaction() as db:
            row = db.get(Checkout, checkout_id, with_for_update=True)
            if row is not None:
                row.closed_at = row.closed_at or database_now(db)
                db.add(row)


def _learner(db: DbSession, user_id: int) -> User:
    """Locked: of two who open the same link at once the second sees what the first has made."""
    user = db.get(User, user_id, with_for_update=True)
    if user is None or user.leaving_since is not None:
        raise PlanLinkOver(f"user {user_id}")
    return user


def _possible(flow: PortalFlow, user: User, plan: Plan | None) -> PortalFlow:
    """A flow that the plan is not in a state for is refused by Stripe."""
    is_ending = plan is not None and plan.ends_on is not None
    may = {
        PortalFlow.PAUSE: user.subscription_status == SubscriptionStatus.ACTIVE and not is_ending,
        PortalFlow.CANCEL: user.subscription_status in LIVING and not is_ending,
    }
    return flow if may.get(flow, True) else PortalFlow.FRONT
