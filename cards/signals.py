"""The one custom signal: later steps learn of a new card without `cards` naming them."""

from django.dispatch import Signal

card_taken_in = Signal()
"""Sent inside the transaction that creates a card; arguments: card, extractor, by."""
