"""From the rows of a file to subscribers, subscriptions and ways to pay."""
