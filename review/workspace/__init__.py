"""The review page: one card, its picture beside its fields, and what its script asks for."""
