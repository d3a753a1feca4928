"""Correcting many cards at once: the list of waiting cards, and one field of fifty cards."""
