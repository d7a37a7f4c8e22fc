"""Subscribers from a CSV file."""

from duly_connectors.csv.source import CsvSettings as CsvSettings
from duly_connectors.csv.source import CsvSource as CsvSource
