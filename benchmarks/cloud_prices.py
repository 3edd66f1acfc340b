"""Prices of Google Cloud, LINE and Stripe, as far as they could be read on 2026-11-28 without an account.

The models' own stand in pipeline/providers/google/prices.py.
"""

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """How a price came here: none was read on its own page, which no machine here reaches."""

    COPY = "another's copy of it"
    RECALLED = "**not verified**"


@dataclass(frozen=True)
class Price:
    what: str
    amount: float
    per: str
    origin: Origin
    page: str  # where to look it up
    unit: str = "$"


RUN, SQL, VALKEY, STORAGE = (
    f"cloud.google.com/{page}"
    for page in ("run/pricing", "sql/pricing", "memorystore/valkey/pricing", "storage/pricing")
)
WATCHING = "cloud.google.com/stackdriver/pricing"

WEB_CPU = Price("Cloud Run, a CPU of a service", 0.000018, "second", Origin.COPY, RUN)
WEB_MEMORY = Price("Cloud Run, memory of a service", 0.000002, "GiB and second", Origin.COPY, RUN)
POOL_CPU = Price("Cloud Run, a CPU of a worker pool", 0.000011244, "second", Origin.COPY, RUN)
POOL_MEMORY = Price("Cloud Run, memory of a worker pool", 0.000001235, "GiB and second", Origin.RECALLED, RUN)
SQL_CPU = Price("Cloud SQL Enterprise, a CPU (Iowa)", 0.0413, "hour", Origin.COPY, SQL)
SQL_MEMORY = Price("Cloud SQL Enterprise, memory (Iowa)", 0.007, "GiB and hour", Origin.COPY, SQL)
SQL_DISK = Price("Cloud SQL, SSD (Iowa)", 0.17, "GiB and month", Origin.COPY, SQL)
NANO = Price("Memorystore for Valkey, SHARED_CORE_NANO (United States)", 0.0318, "hour", Origin.COPY, VALKEY)
SMALL = Price("Memorystore for Valkey, STANDARD_SMALL (United States)", 0.1425, "hour", Origin.COPY, VALKEY)
OBJECTS = Price("Cloud Storage in Tokyo", 0.023, "GiB and month", Origin.RECALLED, STORAGE)
EGRESS = Price(
    "To the Internet, the first TiB", 0.12, "GiB", Origin.COPY, "cloud.google.com/vpc/network-pricing"
)
SAMPLES = Price("Managed Service for Prometheus", 0.06, "million samples", Origin.COPY, WATCHING)
ALERT = Price("A condition of an alert", 1.50, "month", Origin.RECALLED, WATCHING)
SCAN = Price(
    "A scan of an image", 0.26, "scan", Origin.RECALLED, "cloud.google.com/artifact-analysis/pricing"
)
TOKYO = Price("Tokyo beside Iowa, for what was read of there", 1.3, "", Origin.RECALLED, SQL, unit="× ")
YEN = Price("A dollar", 150, "dollar", Origin.RECALLED, "of the day", unit="¥")
STRIPE = Price("Stripe, of what is paid by card", 0.036, "", Origin.COPY, "stripe.com/jp/pricing", unit="× ")
LINE_PAGE = "lycbiz.com/jp/service/line-official-account/plan"
PLAN_200 = Price("LINE, 200 pushes", 0, "month", Origin.COPY, LINE_PAGE, unit="¥")
PLAN_5000 = Price("LINE, 5,000 pushes", 5_000, "month", Origin.COPY, LINE_PAGE, unit="¥")
PLAN_30000 = Price("LINE, 30,000 pushes", 15_000, "month", Origin.COPY, LINE_PAGE, unit="¥")
PUSH = Price("LINE, a push beyond 30,000, at most", 3, "push", Origin.COPY, LINE_PAGE, unit="¥")
PRICES = (
    *(
        WEB_CPU,
        WEB_MEMORY,
        POOL_CPU,
        POOL_MEMORY,
        SQL_CPU,
        SQL_MEMORY,
        SQL_DISK,
        NANO,
        SMALL,
        OBJECTS,
        EGRESS,
    ),
    *(SAMPLES, ALERT, SCAN, TOKYO, YEN, STRIPE, PLAN_200, PLAN_5000, PLAN_30000, PUSH),
)
