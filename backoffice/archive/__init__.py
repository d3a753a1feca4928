"""Keeping: what is checked, copied, made anew and moved, so that nothing is lost."""
