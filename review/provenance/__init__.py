"""Who or what gave each value, when and why; and taking it back."""
