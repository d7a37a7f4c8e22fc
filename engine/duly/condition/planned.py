"""The fields that the language plans and this version does not know: refused by name."""

# A name that ends with a dot stands for all that begin with it.
PLANNED_FIELDS = frozenset(
    {
        "subscriber.tags",
        "subscriber.tax_id_valid",
        "subscriber.birthday",
        "subscriber.topics",
        "subscriber.balance",
        "subscriber.paid_last_year",
        "subscriber.last_message_on",
        "subscription.quantity",
        "subscription.paused_days_this_year",
        "subscription.parcels_left",
        "subscription.trial_ends_on",
        "subscription.mrr",
        "subscription.add_ons",
        "subscription.coupon",
        "subscription.access",
        "invoice.kind",
        "payment.gateway",
        "payment.next_try_on",
        "plan.",
        "parcel.",
        "offer.",
        "usage.",
        "event.",
    }
)
