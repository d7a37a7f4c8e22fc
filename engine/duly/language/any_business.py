"""A business of which nothing is known, for what is the same for every business."""

from duly.model.business import Business

ANY_BUSINESS = Business(name="", zone="UTC", currency="EUR", languages=("en",))
